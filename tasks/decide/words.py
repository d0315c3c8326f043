"""How numbers of a dimension are said."""

from collections.abc import Mapping
from typing import Any

PERCENT = ("accuracy", "compliance", "tone", "abstention")
UNITS = {"latency": " s", "cost": " USD"}


def size(dimension: str, value: float) -> str:
    """`3.0 points`, `0.25 s`, `0.0012 USD`."""
    if dimension in PERCENT:
        return f"{100 * value:.1f} points"
    return f"{value:.2f} s" if dimension == "latency" else f"{value:.4f} USD"


def shown(dimension: str, cell: Mapping[str, Any]) -> str:
    """A difference with its interval: `+3.1 points [1.2, 5.0]`; `unknown` where there is none."""
    if cell["mean"] is None:
        return "unknown"
    scale, decimals = (100, 1) if dimension in PERCENT else (1, 2 if dimension == "latency" else 4)
    mean, low, high = (scale * cell[end] for end in ("mean", "low", "high"))
    unit = " points" if dimension in PERCENT else UNITS[dimension]
    return f"{mean:+.{decimals}f}{unit} [{low:.{decimals}f}, {high:.{decimals}f}]"


def level(dimension: str, mean: float) -> str:
    """A mean as it is said of one candidate: `97.7 %`, `0.25 s`, `0.0012 USD`."""
    return f"{100 * mean:.1f} %" if dimension in PERCENT else size(dimension, mean)
