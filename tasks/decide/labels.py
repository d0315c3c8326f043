"""How a dimension is called on the page, in which unit its figures stand, and what it says."""

from collections.abc import Mapping
from typing import Any, NamedTuple

DASH = "\u2013"


class Label(NamedTuple):
    """`scale` turns the value of decision.json into the unit of the page."""

    unit: str
    scale: float
    decimals: int
    about: str


LABELS = {
    "accuracy": Label("%", 100, 1, "how well a draft agrees with the human's reply and the policy"),
    "compliance": Label("%", 100, 1, "drafts that break no rule and claim what a clause holds"),
    "tone": Label("%", 100, 1, "how much a draft sounds like the team's own replies"),
    "reuse": Label("%", 100, 1, "words of the human's reply that an agent need not type"),
    "latency": Label("seconds", 1, 2, "until an agent sees a draft; of the timed tickets"),
    "cost": Label(
        "USD for 1,000", 1000, 2, "1,000 drafts by a provider's charge, or by a machine's time"
    ),
    "abstention": Label("%", 100, 1, "tickets without a draft: held back, or nothing was written"),
}


def unit(dimension: str, difference: bool = False) -> str:
    """A difference of percentages is in points."""
    name = LABELS[dimension].unit
    return "points" if difference and name == "%" else name


def scaled(dimension: str, value: float) -> float:
    """In the page's unit."""
    return LABELS[dimension].scale * value


def idle(decision: Mapping[str, Any]) -> list[str]:
    """Dimensions of which less is better and in which nobody has any: nothing is charged, say."""
    return [
        dimension
        for dimension in decision["less_is_better"]
        if not any(cells[dimension]["mean"] for cells in decision["candidates"].values())
    ]


def mean(dimension: str, cell: Mapping[str, Any], sign: str = "") -> str:
    """`97.7 %`, `0.25`; a dash where there is none. With `sign="+"` as a difference: `+3.1`."""
    if cell["mean"] is None:
        return DASH
    percent = " %" if unit(dimension) == "%" and not sign else ""
    return _figure(dimension, cell["mean"], sign) + percent


def interval(dimension: str, cell: Mapping[str, Any]) -> str:
    """`95.9 to 99.1`; empty where there is none, or where it has no width: a stated price."""
    if cell["mean"] is None or cell["low"] is None:
        return ""
    if dimension == "cost" and cell["low"] == cell["high"]:
        return ""
    return " to ".join(_figure(dimension, cell[end]) for end in ("low", "high"))


def _figure(dimension: str, value: float, sign: str = "") -> str:
    label = LABELS[dimension]
    if dimension == "cost":
        head = "-" if value < 0 else sign
        return head + usd(abs(label.scale * value))
    return f"{label.scale * value:{sign}.{label.decimals}f}"


def usd(value: float | None) -> str:
    """Cents, and below ten of them two digits that count: `1,204.50`, `0.34`, `0.0052`."""
    from decimal import Decimal

    if value is None:
        return DASH
    return f"{value:,.2f}" if value >= 0.1 or value == 0 else f"{Decimal(f'{value:.2g}'):f}"
