"""The scorecard's plots."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.labels import LABELS, heading
from tasks.svg import INK, new_figure, svg_text

MARK = "#2a78d6"


def interval_plot(card: Mapping[str, Any], metric: str) -> str:
    """One metric: a dot and its interval for each candidate, best first."""
    cells = {
        name: figures[metric]
        for name, figures in card["candidates"].items()
        if figures[metric]["mean"] is not None
    }
    less = LABELS[metric].less_is_better
    names = sorted(cells, key=lambda name: cells[name]["mean"], reverse=less)
    scale = 100 if LABELS[metric].percent else 1
    figure, axes = new_figure(3.4, 0.62 + 0.3 * max(len(names), 1))
    for place, name in enumerate(names):
        mean, low, high = (scale * cells[name][key] for key in ("mean", "low", "high"))
        axes.plot([low, high], [place, place], color=MARK, linewidth=2, solid_capstyle="round")
        axes.plot([mean], [place], "o", color=MARK, markersize=7)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.grid(axis="x", color=INK, alpha=0.12, linewidth=0.8)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    return svg_text(figure, f"{heading(metric)}: mean and interval for each candidate")


def latency_plot(card: Mapping[str, Any], metric: str) -> str:
    """Quality against the median wait; up and to the left is better."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    figure, axes = new_figure(3.4, 2.6)
    scale = 100 if LABELS[metric].percent else 1
    timed = [item for item in card["candidates"].items() if item[1]["seconds_p50"]["n"]]
    by_wait = sorted(timed, key=lambda item: float(item[1]["seconds_p50"]["mean"]))
    for place, (name, cells) in enumerate(by_wait):
        quality, wait = cells[metric], cells["seconds_p50"]
        if quality["mean"] is None:
            continue
        x, y = wait["mean"], scale * quality["mean"]
        # a wait below the clock's last digit still needs a place on a log axis
        x = max(x, 1e-4)
        axes.plot([x, x], [scale * quality["low"], scale * quality["high"]], color=MARK, alpha=0.5)
        axes.plot([x], [y], "o", color=MARK, markersize=8)
        axes.annotate(
            name, (x, y), textcoords="offset points", xytext=(4, 6 if place % 2 else -14), color=INK
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.margins(x=0.25, y=0.15)
    axes.set_xlabel("seconds for one draft (median, log)", color=INK)
    axes.set_ylabel(heading(metric) + (" (%)" if scale == 100 else ""), color=INK)
    axes.grid(color=INK, alpha=0.12, linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    return svg_text(figure, f"{heading(metric)} against the median wait")


def plots(card: Mapping[str, Any], metrics: Sequence[str]) -> dict[str, str]:
    """An interval plot for each metric."""
    return {metric: interval_plot(card, metric) for metric in metrics}
