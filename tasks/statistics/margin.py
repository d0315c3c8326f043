"""Non-inferiority: is a candidate worse by less than a margin that somebody can live with?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tasks.statistics.clusters import Clustered, linearised

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def p_not_worse(
    gains: Clustered, margins: Sequence[float], bounded: Sequence[bool]
) -> list[float | None]:
    """For each column: p of "it is worse by the margin or more".

    Gains are signed so that more is better; a column without a number gives None. scipy's one-sided
    t-test, on what the clusters are `linearised` to, with `cautious` clusters added: signs can't be
    flipped here, because a candidate that is worse by the margin is not its champion's mirror. p is
    never below 2**-n for n clusters, so that a handful without any spread shows nothing.
    """
    columns = zip(gains.sums.T, gains.weights.T, margins, bounded, strict=True)
    return [_p(sums, weights, margin, bound) for sums, weights, margin, bound in columns]


def _p(sums: "Floats", weights: "Floats", margin: float, bounded: bool) -> float | None:
    import numpy as np
    from scipy.stats import ttest_1samp

    clusters = int((weights > 0).sum())
    if not clusters:
        return None
    gains = linearised(*cautious(sums, weights, bounded))
    least = 2.0**-clusters
    if np.ptp(gains) <= 1e-12 * np.abs(gains).max():
        return least if gains[0] > -margin else 1.0
    return max(least, float(ttest_1samp(gains, -margin, alternative="greater").pvalue))


def cautious(sums: "Floats", weights: "Floats", bounded: bool) -> tuple["Floats", "Floats"]:
    """One column's sums and weights, with three clusters more where scores lie in 0 to 1.

    Where hardly a ticket differs, harm that befalls one ticket in a hundred may not have been seen
    yet; the spread would be that of a candidate that does none. With one ticket won and one lost
    outright the interval of paired shares keeps what it promises (Bonett and Price 2012), as in
    the rule of three; half a ticket lost corrects for counts that come in steps. Counted out for
    40 to 1,000 tickets, margins of 2 and 5 points and alpha 0.05: harm of the margin passes in
    5.3 % at most where the candidate also wins some tickets, in 6.5 % where it wins none; without
    these tickets, in 45 %. Of seconds and dollars none is lost outright, and nothing is added.

    A customer may be harmed in all tickets at once. So each of the three stands for a cluster, as
    large as the one in which a ticket finds itself on the average; 1 where all are strangers.
    """
    import numpy as np

    if not bounded:
        return sums, weights
    size = float((weights**2).sum() / weights.sum())
    added = size * np.array([1.0, -1.0, -0.5])
    return np.append(sums, added), np.append(weights, np.full(3, size))
