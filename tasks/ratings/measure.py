"""Correlation of a score with people's mean rating, with intervals clustered by question."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RESAMPLES = 1000
CONFIDENCE = 0.95
FEWEST = 10
"""Questions below which no interval means anything."""


@dataclass(frozen=True)
class Correlation:
    """A coefficient and its interval; None where it can't be had (nothing varies, too few)."""

    value: float | None
    low: float | None
    high: float | None


def correlations(
    scores: "Floats", ratings: "Floats", questions: Sequence[str], seed: int
) -> dict[str, Correlation]:
    """Pearson's and Spearman's, each with a percentile interval over resampled questions."""
    import numpy as np
    from scipy.stats import rankdata

    _, group = np.unique(np.asarray(questions, dtype=object).astype(str), return_inverse=True)
    members = [np.flatnonzero(group == one) for one in range(group.max() + 1)]
    found: dict[str, list[float]] = {"pearson": [], "spearman": []}
    draw = np.random.default_rng(seed)
    for _ in range(RESAMPLES if len(members) >= FEWEST else 0):
        rows = np.concatenate(
            [members[one] for one in draw.integers(0, len(members), len(members))]
        )
        found["pearson"].append(_pearson(scores[rows], ratings[rows]))
        found["spearman"].append(_pearson(rankdata(scores[rows]), rankdata(ratings[rows])))
    told = {
        "pearson": _pearson(scores, ratings),
        "spearman": _pearson(rankdata(scores), rankdata(ratings)),
    }
    return {name: _with_interval(told[name], found[name]) for name in told}


def raters_ceiling(ratings: "Floats") -> tuple[float | None, float | None]:
    """(replies, raters) to the reliability of their mean, and the highest Pearson that allows.

    One-way intraclass correlation ICC(1,k), since nobody says which rater is which (Shrout and
    Fleiss 1979); its root bounds what any score can reach (Spearman 1904). None for one rater.
    """
    import numpy as np

    replies, raters = ratings.shape
    if raters < 2 or replies < 2:
        return None, None
    means = ratings.mean(axis=1)
    between = raters * float(means.var(ddof=1))
    within = float(((ratings - means[:, None]) ** 2).sum()) / (replies * (raters - 1))
    if not between:
        return None, None
    reliability = max(0.0, (between - within) / between)
    return reliability, float(np.sqrt(reliability))


def _pearson(one: "Floats", other: "Floats") -> float:
    import numpy as np

    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size else float("nan")


def _with_interval(value: float, drawn: Sequence[float]) -> Correlation:
    import numpy as np

    if not np.isfinite(value):
        return Correlation(None, None, None)
    there = np.asarray([one for one in drawn if np.isfinite(one)])
    if not len(there):
        return Correlation(value, None, None)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(there, [tail, 1 - tail])
    return Correlation(value, float(low), float(high))
