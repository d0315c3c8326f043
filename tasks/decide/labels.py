"""How a dimension is called on the page, in which unit its figures stand, and what it says."""

from collections.abc import Mapping
from typing import Any, NamedTuple

DASH = "\u2013"


class Label(NamedTuple):
    """`scale` turns the value of decision.json into the unit of the page."""

    heading: str
    unit: str
    scale: float
    decimals: int
    about: str


LABELS = {
    "accuracy": Label(
        "accuracy", "%", 100, 1, "how well a draft agrees with the human's reply and the policy"
    ),
    "compliance": Label(
        "compliance",
        "%",
        100,
        1,
        "drafts that break no rule and claim what a clause holds",
    ),
    "tone": Label("tone", "%", 100, 1, "how much a draft sounds like the team's own replies"),
    "latency": Label("wait", "seconds", 1, 2, "until an agent sees a draft; of the timed tickets"),
    "cost": Label("charged", "USD for 1,000", 1000, 2, "what a provider charges for 1,000 drafts"),
    "abstention": Label(
        "no draft shown", "%", 100, 1, "held back by the guard, or nothing was written"
    ),
}


def heading(dimension: str) -> str:
    return LABELS[dimension].heading


def unit(dimension: str) -> str:
    return LABELS[dimension].unit


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
    label = LABELS[dimension]
    text = f"{label.scale * cell['mean']:{sign}.{label.decimals}f}"
    return f"{text} %" if label.unit == "%" and not sign else text


def interval(dimension: str, cell: Mapping[str, Any]) -> str:
    """`95.9 to 99.1`; empty where there is none."""
    if cell["mean"] is None or cell["low"] is None:
        return ""
    label = LABELS[dimension]
    low, high = (f"{label.scale * cell[end]:.{label.decimals}f}" for end in ("low", "high"))
    return f"{low} to {high}"


def usd(value: float | None) -> str:
    """Cents, and below ten of them two digits that count: `1,204.50`, `0.34`, `0.0052`."""
    from decimal import Decimal

    if value is None:
        return DASH
    return f"{value:,.2f}" if value >= 0.1 or value == 0 else f"{Decimal(f'{value:.2g}'):f}"
