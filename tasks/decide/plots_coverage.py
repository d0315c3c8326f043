"""Risk against coverage: how often a candidate is wrong if only its surest drafts are shown."""

from collections.abc import Mapping
from typing import Any

from tasks.decide.looks import legend, looks
from tasks.svg import INK, new_figure, svg_text


def risk_coverage(decision: Mapping[str, Any]) -> str:
    """A line for each candidate that orders its drafts; lower is better. Empty without any."""
    curves = {name: points for name, points in decision["coverage"].items() if points}
    if not curves:
        return ""
    styles = looks(list(decision["candidates"]), decision["recommended"])
    figure, axes = new_figure(3.4, 3.0)
    for name, points in curves.items():
        look = styles[name]
        shares = [100 * point["coverage"] for point in points]
        axes.plot(
            shares, [100 * point["risk"] for point in points],
            color=look.colour, linestyle=look.line, linewidth=look.width, label=name,
            marker=look.shape, markevery=max(len(points) // 4, 1), markersize=5.5,
        )  # fmt: skip
    axes.set_xlabel("share of the tickets with a draft shown (%)", color=INK, fontsize=9)
    axes.set_ylabel("of these wrong (%)", color=INK, fontsize=9)
    axes.set_xlim(0, 102)
    axes.set_ylim(bottom=0)
    axes.grid(color=INK, alpha=0.12, linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    legend(figure)
    ends = "; ".join(f"{name} {points[-1]['risk']:.0%}" for name, points in curves.items())
    return svg_text(figure, f"Risk by coverage; at the largest coverage: {ends}")
