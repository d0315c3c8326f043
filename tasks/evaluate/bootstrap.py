"""Intervals by the paired bootstrap over tickets (Efron 1979; Koehn 2004 for paired systems).

One set of resamples serves every candidate and metric, so that differences are paired: a resample
is how often each ticket was drawn, and a mean over it is one matrix product. Percentile intervals.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

BLOCK = 256


def mean_intervals(
    columns: "Floats", resamples: int, confidence: float, seed: int
) -> list[dict[str, float | int | None]]:
    """For each column of (tickets, columns): its mean, the interval's ends, and n.

    NaN means that the metric says nothing about a ticket; n counts the others. A column of NaN
    has None for its mean. Columns are drawn alike: call it once for all that is to be compared.
    """
    import numpy as np

    counted = np.isfinite(columns)
    filled = np.where(counted, columns, 0.0)
    tickets = len(columns)
    draw = np.random.default_rng(seed)
    means = np.empty((resamples, columns.shape[1]))
    for start in range(0, resamples, BLOCK):
        rows = min(BLOCK, resamples - start)
        times = draw.multinomial(tickets, np.full(tickets, 1 / tickets), size=rows).astype(float)
        with np.errstate(invalid="ignore"):
            means[start : start + rows] = (times @ filled) / (times @ counted)
    return [
        _interval(columns[counted[:, column], column], means[:, column], confidence)
        for column in range(columns.shape[1])
    ]


def quantile_interval(
    values: "Floats", quantile: float, resamples: int, confidence: float, seed: int
) -> dict[str, float | int | None]:
    """As above for a quantile of one sample; the statistic still stands under `mean`."""
    import numpy as np

    draw = np.random.default_rng(seed)
    drawn = values[draw.integers(0, len(values), (resamples, len(values)))]
    interval = _interval(values, np.quantile(drawn, quantile, axis=1), confidence)
    return interval | {"mean": rounded(np.quantile(values, quantile))}


def _interval(
    values: "Floats", means: "Floats", confidence: float
) -> dict[str, float | int | None]:
    import numpy as np

    if not len(values):
        return {"mean": None, "low": None, "high": None, "n": 0}
    # a resample may have drawn none of the few tickets that count
    low, high = np.nanquantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return {
        "mean": rounded(values.mean()),
        "low": rounded(low),
        "high": rounded(high),
        "n": len(values),
    }


def rounded(value: "float | np.floating") -> float:
    """To five decimals, which no ticket count here can tell apart."""
    return round(float(value), 5)
