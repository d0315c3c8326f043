"""How many tickets it takes to find an effect, by normal theory for paired differences."""

import math


def tickets_needed(spread: float, effect: float, level: float, power: float, sides: int) -> int:
    """Tickets with which an `effect` is found with probability `power` at `level`.

    `spread` is the standard deviation of the paired differences. With Guenther's (1981) correction
    for a spread that is itself estimated. Never fewer than a permutation test can find anything
    with: n tickets have 2**n patterns of signs.
    """
    from scipy.stats import norm

    critical = float(norm.isf(level / sides))
    found = float(norm.isf(1 - power))
    by_spread = ((critical + found) * spread / effect) ** 2 + critical**2 / 2
    return max(math.ceil(by_spread), math.ceil(math.log2(sides / level)))
