"""How a dimension is called, and how its numbers are said."""

from collections.abc import Mapping
from typing import Any

HEADINGS = {
    "accuracy": "accuracy",
    "compliance": "compliance",
    "tone": "tone",
    "reuse": "reuse",
    "latency": "wait",
    "cost": "USD",
    "abstention": "held back",
}
QUALITY = ("accuracy", "compliance", "tone", "reuse")
SHARES = (*QUALITY, "abstention")


def size(dimension: str, value: float) -> str:
    """How much: `3.0 points`, `0.25 s`, `0.0012 USD`."""
    if dimension in SHARES:
        return f"{100 * value:.1f} points"
    return f"{value:.2f} s" if dimension == "latency" else f"{value:.4f} USD"


def level(dimension: str, mean: float) -> str:
    """Where one candidate stands: `97.7 %`, `0.25 s`, `0.0012`."""
    if dimension in SHARES:
        return f"{100 * mean:.1f} %"
    return f"{mean:.2f} s" if dimension == "latency" else f"{mean:.4f}"


def shown(dimension: str, cell: Mapping[str, Any]) -> str:
    """A difference with its interval: `+3.1 points [1.2, 5.0]`; `unknown` where there is none."""
    if cell["mean"] is None:
        return "unknown"
    scale = 100 if dimension in SHARES else 1
    decimals = {"latency": 2, "cost": 4}.get(dimension, 1)
    low, high = (f"{scale * cell[end]:.{decimals}f}" for end in ("low", "high"))
    sign = "+" if cell["mean"] >= 0 else "-"
    return f"{sign}{size(dimension, abs(cell['mean']))} [{low}, {high}]"
