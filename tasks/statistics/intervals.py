"""Bootstrap intervals over clusters, bias-corrected and accelerated (Efron 1987), by scipy.

BCa, because shares near 0 or 1 and skewed scores have lopsided intervals, which percentiles get
wrong. Drawn, and left out by the jackknife, are whole clusters (Davison and Hinkley 1997, 3.8). All
numbers being equal, the interval is that number: so it is with every bootstrap, and a reader must
take n into account. The jackknife that BCa needs costs n squared: 0.02 s for a column of 367
clusters, half a second for 5,000.
"""

import warnings
from collections.abc import Hashable, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from tasks.statistics.clusters import Clustered

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Cell = dict[str, float | int | None]

# Numbers held at once while resampling: 64 MiB.
AT_ONCE = 8_000_000


def mean_intervals(columns: Clustered, resamples: int, confidence: float, seed: int) -> list[Cell]:
    """For each column: its mean, the interval's ends, and n, the number of its tickets.

    A column without a ticket has None for its mean. Columns of the same tickets share their
    resamples.
    """
    import numpy as np

    cells: list[Cell] = [{}] * len(columns.tickets)
    # one call for all columns whose clusters weigh the same
    alike: dict[bytes, list[int]] = {}
    for place, column in enumerate(columns.weights.T):
        alike.setdefault(column.tobytes(), []).append(place)
    for places in alike.values():
        there = columns.weights[:, places[0]] > 0
        weights, sums = columns.weights[there, places[0]], columns.sums[there][:, places].T
        if not there.any():
            for place in places:
                cells[place] = _cell(None, None, None, 0)
            continue
        means = sums / weights
        varies = np.ptp(means, axis=1) > 1e-12 * np.abs(means).max(axis=1)
        found = sums.sum(axis=1) / weights.sum()
        low, high = found.copy(), found.copy()
        if varies.any():
            drawn, statistic = _mean_of(sums[varies], weights)
            size = sums[varies].size
            low[varies], high[varies] = _ends(drawn, statistic, size, resamples, confidence, seed)
        for row, place in enumerate(places):
            cells[place] = _cell(found[row], low[row], high[row], int(columns.tickets[place]))
    return cells


def quantile_interval(
    values: "Floats",
    groups: Sequence[Hashable],
    quantile: float,
    resamples: int,
    confidence: float,
    seed: int,
) -> Cell:
    """As above for a quantile of one column of tickets; it still stands under `mean`."""
    import numpy as np

    members: dict[Hashable, list[float]] = {}
    for value, group in zip(values, groups, strict=True):
        members.setdefault(group, []).append(float(value))
    found = float(np.quantile(values, quantile))
    if len(members) < 2 or not np.ptp(values) > 1e-12 * np.abs(values).max():
        return _cell(found, found, found, len(values))
    # (clusters, tickets of the largest)
    table = np.array(list(zip_longest(*members.values(), fillvalue=np.nan))).T
    of = np.nanquantile if np.isnan(table).any() else np.quantile

    def statistic(drawn: Any, axis: int) -> "Floats":
        pooled = table[drawn].reshape(*drawn.shape[:-1], -1)
        return np.asarray(of(pooled, quantile, axis=axis))[None]

    drawn = np.arange(len(table))
    low, high = _ends(drawn, statistic, table.size, resamples, confidence, seed)
    return _cell(found, low[0], high[0], len(values))


def _mean_of(sums: "Floats", weights: "Floats") -> tuple[Any, Any]:
    """What scipy is to draw, and the mean of what it drew; `sums` are (rows, clusters)."""
    import numpy as np

    if not np.ptp(weights):
        return sums / weights, np.mean

    def statistic(drawn: Any, axis: int) -> "Floats":
        return sums[:, drawn].sum(axis=axis) / weights[drawn].sum(axis=axis)

    return np.arange(len(weights)), statistic


def _ends(
    sample: Any, statistic: Any, size: int, resamples: int, confidence: float, seed: int
) -> tuple["Floats", "Floats"]:
    """The ends for each row of the statistic; one resample holds `size` numbers."""
    import numpy as np
    from scipy.stats import bootstrap

    with np.errstate(invalid="ignore", divide="ignore"), warnings.catch_warnings():
        # scipy's warning that an interval is not a number: `_or_percentiles` gives it one
        warnings.simplefilter("ignore", RuntimeWarning)
        result = bootstrap(
            (sample,),
            statistic,
            n_resamples=resamples,
            confidence_level=confidence,
            method="BCa",
            axis=-1,
            batch=max(1, AT_ONCE // size),
            rng=np.random.default_rng(seed),
        )
    return _or_percentiles(result, confidence)


def _or_percentiles(result: Any, confidence: float) -> tuple["Floats", "Floats"]:
    """BCa's ends; those of the percentiles where leaving out a cluster never changes anything.

    That happens to quantiles of rounded numbers, and leaves the acceleration undefined.
    """
    import numpy as np

    drawn = result.bootstrap_distribution
    tails = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2], axis=-1)
    ends = np.stack([result.confidence_interval.low, result.confidence_interval.high])
    low, high = np.where(np.isfinite(ends).all(axis=0), ends, tails)
    return low, high


def _cell(mean: float | None, low: float | None, high: float | None, tickets: int) -> Cell:
    """`low` and `high` hold the mean between them, however lopsided the resamples were."""
    if mean is None or low is None or high is None:
        return {"mean": None, "low": None, "high": None, "n": tickets}
    return {
        "mean": rounded(mean),
        "low": rounded(min(low, mean)),
        "high": rounded(max(high, mean)),
        "n": tickets,
    }


def rounded(value: "float | np.floating") -> float:
    """To six significant digits, which no ticket count here can tell apart."""
    return float(f"{float(value):.6g}")
