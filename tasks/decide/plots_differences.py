"""Every challenger's difference to the champion: a forest plot for each dimension."""

from collections.abc import Mapping
from typing import Any

from tasks.decide.labels import mean, scaled, unit
from tasks.decide.looks import RECOMMENDED
from tasks.svg import INK, PAPER, new_figure, svg_text

GREY = "#8a8984"
# marker, and whether it is filled
OUTCOMES = {
    "better": ("o", True),
    "not_worse": ("o", False),
    "worse": ("X", True),
    "unclear": ("D", False),
}
# A margin further out than so many times what is to be seen is told and not drawn.
FAR = 3


def forest(decision: Mapping[str, Any], dimension: str) -> str:
    """Differences with their intervals, the better to the right, and the margin where it begins."""
    cells = {
        name: found[dimension]
        for name, found in decision["differences"].items()
        if found[dimension]["mean"] is not None
    }
    less = dimension in decision["less_is_better"]
    names = sorted(cells, key=lambda name: cells[name]["mean"], reverse=less)
    figure, axes = new_figure(3.4, 0.85 + 0.3 * max(len(names), 1))
    for place, name in enumerate(names):
        middle, low, high = (scaled(dimension, cells[name][key]) for key in ("mean", "low", "high"))
        colour = RECOMMENDED if name == decision["recommended"] else GREY
        shape, filled = OUTCOMES[cells[name]["outcome"]]
        axes.plot([low, high], [place, place], color=colour, linewidth=2, solid_capstyle="butt")
        axes.plot(
            [middle], [place], shape, color=colour, markersize=8, markeredgewidth=1.6,
            markerfacecolor=colour if filled else PAPER, label=cells[name]["outcome"],
        )  # fmt: skip
    ends = [scaled(dimension, cells[name][key]) for name in names for key in ("low", "high")]
    margin = scaled(dimension, next(iter(cells.values()))["margin"])
    _margin(axes, margin if less else -margin, [0.0, *ends])
    axes.axvline(0, color=INK, linewidth=1.2)
    if less:
        axes.invert_xaxis()
    axes.locator_params(axis="x", nbins=4)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(-0.6, len(names) - 0.4)
    # far apart differences hide each other's ends, so each is said as well
    beside = axes.secondary_yaxis("right")
    beside.set_yticks(range(len(names)), [mean(dimension, cells[name], "+") for name in names])
    beside.tick_params(colors=INK, length=0, labelsize=9)
    beside.spines["right"].set_visible(False)
    axes.set_xlabel(
        f"{'points' if unit(dimension) == '%' else unit(dimension)}; better to the right",
        color=INK,
        fontsize=9,
    )
    axes.grid(axis="x", color=INK, alpha=0.12, linewidth=0.8)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    told = "; ".join(f"{name} {cells[name]['outcome'].replace('_', ' ')}" for name in names)
    title = f"{dimension}: difference to {decision['champion']}. {told}"
    return svg_text(figure, title)


def differing_dimensions(decision: Mapping[str, Any]) -> list[str]:
    """The dimensions in which any difference was measured that is not exactly none."""
    return [
        dimension
        for dimension in decision["dimensions"]
        if any(
            found[dimension]["mean"] is not None
            and any(found[dimension][key] for key in ("mean", "low", "high"))
            for found in decision["differences"].values()
        )
    ]


def _margin(axes: Any, at: float, seen: list[float]) -> None:
    """Hatch what is worse by more than the margin."""
    low, high = min(seen), max(seen)
    room = 0.06 * (high - low) or 1.0
    low, high = low - room, high + room
    if abs(at) <= FAR * max(high - low, 1e-12):
        low, high = min(low, at - room), max(high, at + room)
        axes.axvline(at, color=INK, linewidth=1, linestyle=(0, (3, 2)))
        worse = (at, high) if at > 0 else (low, at)
        axes.axvspan(*worse, facecolor="none", edgecolor=GREY, alpha=0.5, hatch="////", linewidth=0)
    axes.set_xlim(low, high)
