"""What a candidate must keep whatever its scores: how long, how dear, how compliant."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.decide.params import Constraints


def broken(
    cells: Mapping[str, Mapping[str, Any]], seconds: Sequence[float], constraints: Constraints
) -> dict[str, str]:
    """{constraint: by what it is broken} for one candidate's cells and timed seconds.

    A constraint that nothing was measured for counts as broken: nobody knows that it is kept.
    """
    import numpy as np

    p95 = float(np.quantile(seconds, 0.95)) if len(seconds) else None
    cost = _mean(cells, "cost")
    checks = (
        ("max_p95_seconds", p95, constraints.max_p95_seconds, -1),
        (
            "max_usd_per_1000",
            None if cost is None else 1000 * cost,
            constraints.max_usd_per_1000,
            -1,
        ),
        ("min_compliance", _mean(cells, "compliance"), constraints.min_compliance, 1),
    )
    found = {}
    for name, value, limit, more in checks:
        if limit is None:
            continue
        if value is None:
            found[name] = f"{name} {limit:g} can't be checked, nothing was measured"
        elif more * value < more * limit:
            found[name] = f"{value:.4g} {'<' if more > 0 else '>'} {name} {limit:g}"
    return found


def _mean(cells: Mapping[str, Mapping[str, Any]], dimension: str) -> float | None:
    return cells[dimension]["mean"] if dimension in cells else None
