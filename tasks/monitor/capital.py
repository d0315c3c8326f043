"""What a gambler would own who bets, day after day, that something has changed for the worse.

The z of a day with n values is standard normal if nothing has changed; if each value has moved by d
standard deviations its mean is d * sqrt(n). exp(d * S - d * d * V / 2) over the sums S of
sqrt(n) * z and V of n is a fair bet for every d, and so is its mean over all d that a (half) normal
distribution gives (Robbins 1970, "Statistical methods related to the law of the iterated
logarithm"). Nobody knows the day of the change: 1/(k(k+1)) of the capital is kept to bet from day k
on. Capital that starts as 1 in fair bets ever reaches c with probability 1/c at most (Ville 1939),
however often one looks.
"""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Capital(NamedTuple):
    """For each day: log of the capital, and the start (counted from 0) of the bet that owns most.

    The capital may fall and rise again; who stops at the first day above c is right so often.
    """

    log: "Floats"
    since: "NDArray[np.int64]"


def capital(z: "Floats", sizes: "Floats", effect: float, both_ways: bool) -> Capital:
    """The capital after each day; `effect` is the standard deviation of d."""
    import numpy as np
    from scipy.special import log_ndtr, logsumexp

    if not len(z):
        return Capital(np.zeros(0), np.zeros(0, dtype=np.int64))
    sums = np.concatenate(([0.0], np.cumsum(np.sqrt(sizes) * z)))
    seen = np.concatenate(([0.0], np.cumsum(sizes)))
    starts = np.arange(len(z))
    # row: the day; column: the start of the bet
    s, v = sums[1:, None] - sums[None, :-1], seen[1:, None] - seen[None, :-1]
    begun = starts[None, :] <= starts[:, None]
    s, v = np.where(begun, s, 0.0), np.where(begun, v, 0.0)
    grown = 1 + effect**2 * v
    log = effect**2 * s**2 / (2 * grown) - np.log(grown) / 2
    if not both_ways:
        log += np.log(2) + log_ndtr(effect * s / np.sqrt(grown))
    put = -np.log((starts + 1.0) * (starts + 2.0))
    owned = np.where(begun, log + put[None, :], -np.inf)
    idle = -np.log(starts + 2.0)
    whole = logsumexp(np.concatenate([owned, idle[:, None]], axis=1), axis=1)
    return Capital(whole, owned.argmax(axis=1))
