"""What quality costs: quality against price, where a ticket's money goes, and price by volume."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tasks.decide.labels import scaled, unit
from tasks.decide.looks import legend, looks
from tasks.svg import INK, PAPER, new_figure, svg_text

GREY = "#8a8984"
# A price that rounds to nothing still needs a place on a log axis.
LEAST = 1e-6
VOLUMES = [10 ** (step / 20) for step in range(20, 101)]  # tickets a day, 10 to 100,000


def pareto(prices: Mapping[str, float], quality: Mapping[str, float]) -> list[str]:
    """Those that no other beats in one and equals or beats in the other, the cheapest first."""
    front: list[str] = []
    for name in sorted(quality, key=lambda name: (prices[name], -quality[name], name)):
        if not front or quality[name] > quality[front[-1]]:
            front.append(name)
    return front


def quality_against_cost(decision: Mapping[str, Any]) -> str:
    """Filled marks lie on the Pareto front; up and to the left is better."""
    dimension = decision["primary"]
    cells = {
        name: found[dimension]
        for name, found in decision["candidates"].items()
        if found[dimension]["mean"] is not None
    }
    prices = {name: max(1000 * decision["costs"][name]["drafting"], LEAST) for name in cells}
    quality = {name: scaled(dimension, cell["mean"]) for name, cell in cells.items()}
    front = pareto(prices, quality)
    styles = looks(list(decision["candidates"]), decision["recommended"])
    figure, axes = new_figure(3.4, 3.0)
    axes.set_xscale("log")
    # near prices stay near: at least half a decade to each side
    axes.set_xlim(min(prices.values()) / 3, max(prices.values()) * 3)
    axes.step(
        [prices[name] for name in front], [quality[name] for name in front],
        where="post", color=INK, alpha=0.55, linewidth=1.2, linestyle=(0, (4, 2)),
    )  # fmt: skip
    for name, cell in cells.items():
        look, x = styles[name], prices[name]
        ends = [scaled(dimension, cell[key]) for key in ("low", "high")]
        axes.plot([x, x], ends, color=look.colour, linewidth=1.4)
        axes.plot(
            [x], [quality[name]], look.shape, color=look.colour, markersize=9, markeredgewidth=1.6,
            markerfacecolor=look.colour if name in front else PAPER, label=name,
        )  # fmt: skip
    axes.margins(y=0.08)
    legend(figure)
    _plain_log(axes.xaxis)
    axes.set_xlabel("USD for 1,000 drafts, log", color=INK, fontsize=9)
    axes.set_ylabel(f"{dimension} ({unit(dimension)})", color=INK, fontsize=9)
    axes.grid(color=INK, alpha=0.12, linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    title = f"{dimension} against the price of drafting. On the front: {', '.join(front)}"
    return svg_text(figure, title)


def money_for_a_ticket(decision: Mapping[str, Any]) -> str:
    """A bar for each candidate: agents' minutes are hatched, drafting is solid."""
    found = decision["costs"]
    names = sorted(found, key=lambda name: -found[name]["per_ticket"])
    figure, axes = new_figure(3.4, 0.95 + 0.32 * len(names))
    styles = looks(list(found), decision["recommended"])
    for place, name in enumerate(names):
        agents, drafting = found[name]["agents"], found[name]["drafting"]
        colour = styles[name].colour if name == decision["recommended"] else GREY
        axes.barh(place, agents, height=0.6, color="none", edgecolor=colour, hatch="////")
        axes.barh(place, drafting, left=agents, height=0.6, color=colour)
    hand = decision["by_hand"]["per_ticket"]
    axes.axvline(hand, color=INK, linewidth=1.2, linestyle=(0, (4, 2)))
    axes.annotate(
        "by hand", (hand, len(names) - 0.42), xytext=(-3, 0), textcoords="offset points", color=INK,
        fontsize=9, ha="right", va="bottom",
    )  # fmt: skip
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(-0.6, len(names) + 0.15)
    axes.set_xlim(0, 1.04 * max(hand, *(cost["per_ticket"] for cost in found.values())) or 1.0)
    axes.set_xlabel("USD a ticket", color=INK, fontsize=9)
    axes.grid(axis="x", color=INK, alpha=0.12, linewidth=0.8)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    told = "; ".join(f"{name} {found[name]['per_ticket']:.2f}" for name in reversed(names))
    return svg_text(figure, f"USD a ticket, agents' time and drafting: {told}; by hand {hand:.2f}")


def price_by_volume(decision: Mapping[str, Any], names: Sequence[str]) -> str:
    """What one draft costs when so many are asked for a day: a machine is paid idle or not."""
    styles = looks(list(decision["candidates"]), decision["recommended"])
    figure, axes = new_figure(3.4, 3.0)
    for name in names:
        cost, look = decision["costs"][name], styles[name]
        prices = [draft_at(cost, volume) for volume in VOLUMES]
        axes.plot(
            VOLUMES, prices, color=look.colour, linestyle=look.line, linewidth=look.width,
            marker=look.shape, markevery=(8, 24), markersize=6, label=name,
        )  # fmt: skip
    for local, rivals in decision["break_even"].items():
        for volumes in rivals.values() if local in names else ():
            if volumes["drafting"]:
                x = volumes["drafting"]
                axes.plot([x], [draft_at(decision["costs"][local], x)], "o", color=INK,
                          markersize=7, markerfacecolor="none", markeredgewidth=1.6)  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("tickets a day, log", color=INK, fontsize=9)
    axes.set_ylabel("USD a draft, log", color=INK, fontsize=9)
    axes.margins(x=0.02, y=0.08)
    legend(figure)
    _plain_log(axes.xaxis)
    _plain_log(axes.yaxis)
    axes.grid(color=INK, alpha=0.12, linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    return svg_text(figure, f"Price of one draft by tickets a day: {', '.join(names)}")


def draft_at(cost: Mapping[str, Any], volume: float) -> float:
    """USD for one of `volume` drafts a day."""
    if cost["where"] == "hosted":
        return max(cost["drafting"], LEAST)
    machines = math.ceil(volume / cost["capacity"]) if cost["capacity"] else 1
    return max(machines * cost["a_day"] / volume, LEAST)


def _plain_log(axis: Any) -> None:
    """Ticks at whole decades, or at 1, 2 and 5 where there is hardly more than one."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    low, high = axis.get_view_interval()
    decades = math.log10(high / low)
    subs = (1.0, 2.0, 5.0) if decades < 1.7 else (1.0,)
    axis.set_major_locator(LogLocator(subs=subs, numticks=8))
    axis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axis.set_minor_locator(NullLocator())


def short(value: float) -> str:
    """`0.002`, `50`, `10k`, `1M`."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:.9f}".rstrip("0").rstrip(".")
