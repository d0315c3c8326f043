"""What the decision says, in sentences that a support lead reads."""

from collections.abc import Mapping
from typing import Any

from tasks.decide.labels import interval, mean, unit, usd
from tasks.decide.words import QUALITY

VERDICTS = {"promote": "promote", "keep": "keep the champion", "need": "needs more tickets"}
ASKED_FOR = {
    "max_p95_seconds": "the longest wait (decide.constraints.max_p95_seconds)",
    "max_usd_per_1000": "the price of 1,000 drafts (decide.constraints.max_usd_per_1000)",
    "min_compliance": "the least compliance (decide.constraints.min_compliance)",
}


def decided_by(name: str | None) -> str:
    """A constraint by what it asks for, a dimension by its name."""
    if name is None:
        return "nothing told the candidates apart"
    return ASKED_FOR.get(name, name)


def verdict(found: Mapping[str, Any], recommended: bool) -> str:
    """`needs 140 more tickets`; one that may be promoted beside a better one is said to be so."""
    if found["verdict"] == "promote" and not recommended:
        return "could be promoted"
    if found["verdict"] == "need" and found["more"]:
        return f"needs {found['more']:,} more tickets"
    return VERDICTS[found["verdict"]]


def together(interaction: Mapping[str, Any] | None, alpha: float) -> list[str]:
    """Whether fine-tuning and retrieval help each other, a sentence for each kind of quality."""
    said = []
    for dimension, cell in (interaction or {}).items():
        if dimension not in QUALITY or cell["mean"] is None or cell["p"] is None:
            continue
        size = f"{mean(dimension, cell, '+')[1:]} {unit(dimension, True)}"
        if cell["p"] > alpha:
            what = "no sign of more or less than the two gains added up"
        elif cell["mean"] > 0:
            what = f"{size} more than the two gains added up: each makes the other worth more"
        else:
            what = f"{size} less than the two gains added up: part of either gain is in both"
        said.append(f"{dimension}: {what} ({interval(dimension, cell)}, p = {cell['p']:.4f})")
    return said


def without_hosted(decision: Mapping[str, Any]) -> str:
    """What a hosted candidate would have to beat, where none competes."""
    name = decision["recommended"]
    cost = decision["costs"][name]
    if cost["where"] == "hosted":
        return ""
    return (
        f"No hosted candidate competes, so there is no volume to name. A machine for {name} costs "
        f"{usd(cost['a_day'])} USD a day and drafts up to {cost['capacity']:,} tickets in it: at "
        f"100 tickets a day a draft costs {usd(cost['a_day'] / 100)} USD, at 1,000 a day "
        f"{usd(cost['a_day'] / 1000)} USD. A hosted draft wins where it is cheaper than that."
    )


def wins_from(local: str, hosted: str, volumes: Mapping[str, int | None]) -> str:
    """From which volume a day on a local candidate is cheaper than a hosted one."""

    def told(volume: int | None) -> str:
        return "at no volume" if volume is None else f"from {volume:,} tickets a day on"

    drafting, agents = told(volumes["drafting"]), told(volumes["with_agents"])
    return (
        f"{local} beats {hosted} {drafting} by the price of drafting alone, "
        f"{agents} with the agents' minutes."
    )


def competing_on_price(decision: Mapping[str, Any]) -> list[str]:
    """The recommended, the cheapest local one where that is hosted, and all who are hosted."""
    costs = decision["costs"]
    hosted = [name for name, cost in costs.items() if cost["where"] == "hosted"]
    local = [name for name in costs if name not in hosted]
    if decision["recommended"] in local:
        return [decision["recommended"], *hosted]
    return [*sorted(local, key=lambda name: costs[name]["drafting"])[:1], *hosted]


def rivals(decision: Mapping[str, Any]) -> list[str]:
    """A sentence for the local candidate that competes on price, and each hosted one."""
    shown = competing_on_price(decision)
    return [
        wins_from(local, hosted, volumes)
        for local, by_hosted in decision["break_even"].items()
        if local in shown
        for hosted, volumes in by_hosted.items()
    ]
