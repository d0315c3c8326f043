"""Non-inferiority: is a candidate worse by less than a margin that somebody can live with?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tasks.statistics.permutation import p_values

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def p_not_worse(
    gains: "Floats",
    margins: Sequence[float],
    bounded: Sequence[bool],
    permutations: int,
    seed: int,
) -> list[float | None]:
    """For each column of gains (more is better): p of "it is worse by the margin or more".

    The one-sided sign test of permutation.py on gains moved up by the margin, with `cautious`.
    """
    import numpy as np

    return p_values(cautious(gains, bounded) + np.asarray(margins), permutations, seed, "greater")


def cautious(gains: "Floats", bounded: Sequence[bool]) -> "Floats":
    """The columns with two tickets more where scores lie in 0 to 1: one won, one lost outright.

    Where hardly a ticket differs, harm that befalls one ticket in a hundred may not have been seen
    yet; spread and test would be those of a candidate that does none. With these two added the
    interval of paired shares keeps what it promises (Bonett and Price 2012), as in the rule of
    three. For seconds and dollars there is no outright, and NaN is added.
    """
    import numpy as np

    seen = np.isfinite(gains).any(axis=0) & np.asarray(bounded)
    extreme = np.where(seen, 1.0, np.nan)
    return np.vstack([gains, extreme, -extreme])
