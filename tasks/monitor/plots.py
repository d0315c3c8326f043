"""The monitor's two kinds of plots: figures by day, and what a bettor owns, as inline SVG."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tasks.svg import INK, new_figure, svg_text

BLUE = "#3f86dc"
RED = "#c2371f"


def daily(
    days: Mapping[str, Mapping[str, Any]],
    name: str,
    title: str,
    unit: str,
    alarms: Sequence[str] = (),
) -> str:
    """A dot for each day, as large as its drafts are many; a line for the week's; alarms dashed."""
    scale = 100 if unit == "%" else 1
    there = {day: cell for day, cell in days.items() if cell[name] is not None}
    figure, axes = new_figure(3.4, 2.2)
    x = [date.fromisoformat(day) for day in there]
    y = [scale * cell[name] for cell in there.values()]
    many = [cell["told" if name in ("accepted", "edits") else "drafts"] for cell in there.values()]
    most = max(many, default=1)
    axes.scatter(x, y, [6 + 30 * one / most for one in many], color=BLUE, alpha=0.65, linewidth=0)
    axes.plot(x, _weekly(y, many), color=INK, linewidth=1.4)
    for day in alarms:
        axes.axvline(date.fromisoformat(day), color=RED, linewidth=1.4, linestyle=(0, (4, 2)))
    _dates(axes, x)
    if name != "cost_usd":
        axes.set_ylim(bottom=0, top=100 if unit == "%" else None)
    axes.set_ylabel(unit, color=INK, fontsize=9)
    last = f", last {y[-1]:.3g} {unit}" if y else ", nothing yet"
    return svg_text(figure, f"{title} by day{last}")


def bets(capital: Sequence[tuple[str, float]], bar: float, title: str) -> str:
    """The capital by day, log 10; above the dashed bar an alarm is raised."""
    figure, axes = new_figure(3.4, 1.5)
    x = [date.fromisoformat(day) for day, _ in capital]
    y = [owned for _, owned in capital]
    axes.plot(x, y, color=BLUE, linewidth=1.6, marker="o", markersize=2)
    axes.axhline(bar, color=RED, linewidth=1.2, linestyle=(0, (4, 2)))
    axes.set_ylim(min([-1.0, *y]), max([bar + 0.5, *y]))
    _dates(axes, x)
    axes.set_ylabel("log10", color=INK, fontsize=9)
    return svg_text(figure, f"{title}: capital {10 ** y[-1]:.3g}, alarm from {10**bar:.0f}")


def _weekly(values: Sequence[float], many: Sequence[int]) -> list[float]:
    """At each day the mean of the seven days up to it, by their tickets."""
    found = []
    for end in range(1, len(values) + 1):
        part = slice(max(0, end - 7), end)
        whole = sum(many[part]) or 1
        found.append(sum(v * n for v, n in zip(values[part], many[part], strict=True)) / whole)
    return found


def _dates(axes: Any, days: Sequence[date]) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=2, maxticks=5)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.xaxis.get_offset_text().set_color(INK)
    if len(days) == 1:  # a day alone would be spread over years
        axes.set_xlim(days[0].toordinal() - 719163 - 3, days[0].toordinal() - 719163 + 3)
    axes.grid(color=INK, alpha=0.12, linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
