"""Risk and coverage: how good are the drafts of a candidate that may hold some back?

A candidate that answers what it is sure of and leaves the rest beats one that answers everything,
by accuracy alone and for nothing. So drafts are taken in the order of their confidence, those that
were held back last; after each the risk is 1 - accuracy, the mean over the drafts taken so far
(El-Yaniv and Wiener 2010). All candidates are compared at the coverage that each of them offers.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from tasks.statistics.clusters import clustered
from tasks.statistics.intervals import mean_intervals

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Points of a curve that are kept: more than a plot has pixels to tell apart are no use.
POINTS = 100


class Drafts(NamedTuple):
    """One candidate's drafts, a row a ticket.

    `accuracy` is NaN where there is no draft, or nothing to agree with. `rank` is 0 for the drafts
    taken first; equals can't be told apart. `offered`: neither held back nor failed.
    """

    accuracy: "Floats"
    rank: "NDArray[np.int64]"
    offered: "NDArray[np.bool_]"


def drafts_of(rows: "pl.DataFrame", accuracy: "Floats") -> Drafts:
    """`rows` of the scores of one candidate, in the order of `accuracy`.

    Drafts without a confidence come after those that have one.
    """
    import polars as pl

    from drafter.records import FAILED

    failed = pl.col("reason").str.starts_with(FAILED).fill_null(False)
    asked = rows.select(
        offered=~pl.col("abstained") & ~failed,
        # ranks of equals are equal; the surest is 0
        rank=pl.struct(pl.col("abstained"), -pl.col("confidence").fill_null(float("-inf")))
        .rank("dense")
        .cast(pl.Int64)
        - 1,
        accuracy=pl.when(failed).then(float("nan")).otherwise(pl.Series(accuracy)),
    )
    return Drafts(
        asked["accuracy"].to_numpy(), asked["rank"].to_numpy(), asked["offered"].to_numpy()
    )


def curve(drafts: Drafts, tickets: int) -> list[dict[str, float]]:
    """[{coverage, risk}], coverage rising; equals are taken in any order, at their mean.

    `tickets` are all that could have been covered. Gives [] where nothing can be scored.
    """
    import numpy as np

    accuracy = _taken(drafts)
    if not len(accuracy):
        return []
    risk = 1 - np.cumsum(accuracy) / np.arange(1, len(accuracy) + 1)
    places = np.unique(np.linspace(0, len(risk) - 1, POINTS).round().astype(int))
    return [
        {"coverage": round((place + 1) / tickets, 5), "risk": round(float(risk[place]), 5)}
        for place in places
    ]


def area(drafts: Drafts) -> float | None:
    """The mean risk over the coverages of one candidate; less is better."""
    import numpy as np

    accuracy = _taken(drafts)
    if not len(accuracy):
        return None
    return round(float((1 - np.cumsum(accuracy) / np.arange(1, len(accuracy) + 1)).mean()), 5)


def coverage(
    all_drafts: Mapping[str, Drafts],
    groups: Sequence[str],
    resamples: int,
    confidence: float,
    seed: int,
) -> tuple[dict[str, list[dict[str, float]]], dict[str, Any]]:
    """The curve of each candidate, and all of them at equal coverage.

        {"coverage": 0.83, "left_out": ["base"], "offered": {name: 0..1}, "area": {name: x},
         "candidates": {name: {mean, low, high, n}}}      means of accuracy

    `coverage` is the smallest that any candidate offers; who offers none is left out.
    """
    import numpy as np

    scored = np.any([np.isfinite(d.accuracy) for d in all_drafts.values()], axis=0)
    tickets = int(scored.sum())
    curves = {name: curve(drafts, tickets) for name, drafts in all_drafts.items()}
    offered = {
        name: float((drafts.offered & np.isfinite(drafts.accuracy)).sum()) / tickets
        if tickets
        else 0.0
        for name, drafts in all_drafts.items()
    }
    some = {name: share for name, share in offered.items() if share}
    least = min(some.values(), default=0.0)
    cells = {}
    for name in some:
        drafts = all_drafts[name]
        weights = _weights(drafts, round(least * tickets))
        taken = clustered(drafts.accuracy[:, None], groups, weights[:, None])
        (cells[name],) = mean_intervals(taken, resamples, confidence, seed)
    return curves, {
        "coverage": round(least, 5),
        "left_out": [name for name in all_drafts if name not in some],
        "offered": {name: round(share, 5) for name, share in offered.items()},
        "area": {name: area(drafts) for name, drafts in all_drafts.items()},
        "candidates": cells,
    }


def _taken(drafts: Drafts) -> "Floats":
    """Accuracies in the order in which drafts are taken, that of equals their mean."""
    import numpy as np

    there = np.isfinite(drafts.accuracy)
    accuracy, rank = drafts.accuracy[there], drafts.rank[there]
    if not len(accuracy):
        return accuracy
    _, group, sizes = np.unique(rank, return_inverse=True, return_counts=True)
    means = np.bincount(group, accuracy) / sizes
    return np.repeat(means, sizes)


def _weights(drafts: Drafts, tickets: int) -> "Floats":
    """How much of each draft is among the first `tickets`: 1, 0, or a share of the last equals."""
    import numpy as np

    there = np.isfinite(drafts.accuracy)
    weights = np.zeros(len(drafts.accuracy))
    left = float(tickets)
    for rank in np.unique(drafts.rank[there]):
        equals = there & (drafts.rank == rank)
        share = min(1.0, left / equals.sum())
        weights[equals] = share
        left -= share * equals.sum()
        if left <= 0:
            break
    return weights
