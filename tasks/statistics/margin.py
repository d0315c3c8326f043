"""Non-inferiority: is a candidate worse by less than a margin that somebody can live with?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def p_not_worse(
    gains: "Floats", margins: Sequence[float], bounded: Sequence[bool]
) -> list[float | None]:
    """For each column of (tickets, tests): p of "it is worse by the margin or more".

    Gains are signed so that more is better; NaN is left out, and a column of NaN gives None.
    scipy's one-sided t-test, on gains with `cautious` tickets added: signs can't be flipped here,
    because a candidate that is worse by the margin is not its champion's mirror. p is never below
    2**-n, so that a handful of tickets without any spread shows nothing.
    """
    import numpy as np

    found: list[float | None] = []
    for column, margin, bound in zip(gains.T, margins, bounded, strict=True):
        seen = column[np.isfinite(column)]
        found.append(_p(seen, cautious(seen, bound), margin) if len(seen) else None)
    return found


def _p(seen: "Floats", gains: "Floats", margin: float) -> float:
    import numpy as np
    from scipy.stats import ttest_1samp

    least = 2.0 ** -len(seen)
    if np.ptp(gains) <= 1e-12 * np.abs(gains).max():
        return least if gains[0] > -margin else 1.0
    return max(least, float(ttest_1samp(gains, -margin, alternative="greater").pvalue))


def cautious(gains: "Floats", bounded: bool) -> "Floats":
    """One column's gains, with three tickets more where scores lie in 0 to 1.

    Where hardly a ticket differs, harm that befalls one ticket in a hundred may not have been seen
    yet; the spread would be that of a candidate that does none. With one ticket won and one lost
    outright the interval of paired shares keeps what it promises (Bonett and Price 2012), as in
    the rule of three; half a ticket lost corrects for counts that come in steps. Counted out for
    40 to 1,000 tickets, margins of 2 and 5 points and alpha 0.05: harm of the margin passes in
    5.3 % at most where the candidate also wins some tickets, in 6.5 % where it wins none; without
    these tickets, in 45 %. Of seconds and dollars none is lost outright, and nothing is added.
    """
    import numpy as np

    return np.append(gains, [1.0, -1.0, -0.5]) if bounded else gains
