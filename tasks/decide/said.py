"""What the decision says, in sentences that a support lead reads."""

from collections.abc import Mapping
from typing import Any

from tasks.decide.labels import heading, interval, scaled, unit, usd

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
    return ASKED_FOR.get(name) or heading(name)


def verdict(found: Mapping[str, Any], recommended: bool) -> str:
    """`needs 140 more tickets`; one that may be promoted beside a better one is said to be so."""
    if found["verdict"] == "promote" and not recommended:
        return "could be promoted"
    if found["verdict"] == "need" and found["more"]:
        return f"needs {found['more']:,} more tickets"
    return VERDICTS[found["verdict"]]


def together(
    interaction: Mapping[str, Any] | None, less_is_better: list[str], alpha: float
) -> list[str]:
    """Whether fine-tuning and retrieval help each other, a sentence for each dimension."""
    if interaction is None:
        return []
    said = []
    for dimension, cell in interaction.items():
        if cell["mean"] is None or not any(cell[key] for key in ("mean", "low", "high")):
            continue
        size = f"{abs(scaled(dimension, cell['mean'])):.{2 if unit(dimension) != '%' else 1}f} "
        size += "points" if unit(dimension) == "%" else unit(dimension)
        more = (cell["mean"] > 0) != (dimension in less_is_better)
        if cell["p"] is None or cell["p"] > alpha:
            what = "no sign of more or less than the two gains added up"
        elif more:
            what = f"{size} more than the two gains added up: each makes the other worth more"
        else:
            what = f"{size} less than the two gains added up: part of either gain is in both"
        p = "" if cell["p"] is None else f", p = {cell['p']:.4f}"
        said.append(f"{heading(dimension)}: {what} ({interval(dimension, cell)}{p})")
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
