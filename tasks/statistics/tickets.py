"""How many tickets it takes to find an effect, by normal theory for paired differences.

Tickets are strangers' here. Where customers write several, `seen` are the clusters as `linearised`
makes numbers of them, and the count is of clusters.
"""

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Asked(NamedTuple):
    """An `effect` is to be found with probability `power` by a test at `level`.

    `spread` is the standard deviation of the paired differences of tickets to come. `step` is the
    smallest difference that is not 0: a permutation test of wins and losses counts ties against
    itself, and the sum of the differences must pass its bar by so much more.
    """

    spread: float
    effect: float
    level: float
    power: float
    sides: int
    step: float


def tickets_needed(asked: Asked, seen: "Floats") -> int:
    """How many more tickets find it, tested together with the differences that were `seen`.

    That those have not found the effect yet counts: whoever asks for more has been unlucky so far,
    or has too few. So it is the conditional power of Lan and Wittes (1988) that is promised. Never
    fewer than a permutation test can find anything with: n tickets have 2**n patterns of signs.
    """
    from scipy.optimize import brentq
    from scipy.stats import norm

    spread, effect, level, power, sides, step = asked
    critical, found = float(norm.isf(level / sides)), float(norm.isf(1 - power))
    total = float(seen.sum())
    squares = float(seen.var() * len(seen)) if len(seen) else 0.0

    def lacking(more: float) -> float:
        bar = critical * math.sqrt(squares + more * spread**2) + step
        return bar + found * spread * math.sqrt(more) - total - effect * more

    most = 1.0
    while lacking(most) > 0:
        most *= 2
    more = float(brentq(lacking, most / 2, most)) if most > 1 else 1.0
    patterns = math.ceil(math.log2(sides / level)) - len(seen)
    # a spread that is itself estimated asks for a little more (Guenther 1981)
    return max(math.ceil(more + critical**2 / 2), patterns)
