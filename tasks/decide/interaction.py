"""Do fine-tuning and retrieval help each other? What both give beyond the sum of each alone."""

from typing import Any

from tasks.decide.measured import Measured
from tasks.decide.params import DecideParams
from tasks.statistics.clusters import clustered
from tasks.statistics.intervals import mean_intervals
from tasks.statistics.permutation import p_values

PLAIN, RETRIEVING = "base", "rag"


def interaction(
    measured: Measured, tuned: str, params: DecideParams, seed: int
) -> dict[str, dict[str, Any]] | None:
    """{dimension: {mean, low, high, n, p}} of (TUNED-rag - rag) - (TUNED - base), ticket by ticket.

    More than 0: together they give more than one would expect from each alone. None where one of
    the four candidates does not compete. p stands for itself: no verdict hangs on it, and it is in
    no family.
    """
    import numpy as np

    both = f"{tuned}-{RETRIEVING}"
    if not {PLAIN, RETRIEVING, tuned, both} <= set(measured.candidates):
        return None
    by_ticket = np.stack(
        [
            (measured.of(both, dimension) - measured.of(RETRIEVING, dimension))
            - (measured.of(tuned, dimension) - measured.of(PLAIN, dimension))
            for dimension in measured.values
        ],
        axis=1,
    )
    columns = clustered(by_ticket, measured.groups)
    cells = mean_intervals(columns, params.resamples, 1 - params.alpha, seed)
    tests = p_values(columns, params.permutations, seed, "two-sided")
    return {
        dimension: dict(cell) | {"p": p}
        for dimension, cell, p in zip(measured.values, cells, tests, strict=True)
    }
