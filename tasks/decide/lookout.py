"""What has not been found yet: would it have been, were it there, and how many tickets find it?"""

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from tasks.decide.measured import BOUNDED
from tasks.decide.params import DecideParams
from tasks.statistics.clusters import clustered, linearised
from tasks.statistics.holm import level_left
from tasks.statistics.margin import cautious
from tasks.statistics.tickets import Asked, tickets_needed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


# A few tickets that hardly differ don't promise that none ever will: half a ticket is won and half
# a ticket lost besides, where scores lie in 0 to 1.
HALVES = (0.5, -0.5)


class Lookout(NamedTuple):
    """`enough`: the tickets there are would have found it with the power of params.yaml.

    `more` tickets find it with that power where they are not enough; 0 where they are. What is
    planned are clusters, and they are told in tickets: as many in each as in those seen.
    """

    enough: bool
    more: int


class Seen(NamedTuple):
    """One column of gains: those that are numbers, by ticket, and added up by cluster."""

    tickets: "Floats"
    sums: "Floats"
    weights: "Floats"

    @property
    def clusters(self) -> int:
        return len(self.sums)

    @property
    def each(self) -> float:
        """Tickets in a cluster, the mean."""
        return len(self.tickets) / len(self.sums)


def gain_lookout(
    gains: "Floats",
    groups: Sequence[Hashable],
    compared: Mapping[str, Mapping[str, Any]],
    params: DecideParams,
) -> Lookout:
    """For a gain of `params.effect`, among the claims that the tests for differences make."""
    import numpy as np

    seen = _seen(gains, groups)
    level = level_left(_of_all(compared, "p_holm"), params.alpha)
    doubted = () if len(seen.tickets) > 1 and np.ptp(seen.tickets) else HALVES
    step = float(np.abs(seen.sums[seen.sums != 0]).min(initial=seen.each)) / seen.each
    asked = Asked(_spread(seen, doubted), params.effect, level, params.power, 2, step)
    return _look(asked, seen, linearised(seen.sums, seen.weights))


def harm_lookout(
    gains: "Floats",
    groups: Sequence[Hashable],
    dimension: str,
    margin: float,
    compared: Mapping[str, Mapping[str, Any]],
    params: DecideParams,
) -> Lookout:
    """For no harm of `margin`, were there none at all, among the claims of non-inferiority."""
    seen = _seen(gains, groups)
    bounded = dimension in BOUNDED
    level = level_left(_of_all(compared, "p_not_worse_holm"), params.alpha)
    spread = _spread(seen, HALVES if bounded else ())
    asked = Asked(spread, margin, level, params.power, 1, 0.0)
    return _look(asked, seen, linearised(*cautious(seen.sums, seen.weights, bounded)) + margin)


def _seen(gains: "Floats", groups: Sequence[Hashable]) -> Seen:
    import numpy as np

    added = clustered(gains[:, None], groups)
    there = added.weights[:, 0] > 0
    return Seen(gains[np.isfinite(gains)], added.sums[there, 0], added.weights[there, 0])


def _look(asked: Asked, seen: Seen, tested: "Floats") -> Lookout:
    """`tested` is what the test looks at: the clusters seen, and those that it always adds.

    The power of a plan starts with the latter alone.
    """
    if tickets_needed(asked, tested[seen.clusters :]) <= seen.clusters:
        return Lookout(True, 0)
    return Lookout(False, math.ceil(tickets_needed(asked, tested) * seen.each))


def _spread(seen: Seen, doubted: Sequence[float]) -> float:
    """The standard deviation of clusters to come, by that of those seen, `doubted` added.

    That clusters tell more than as many tickets of strangers would (a design effect below 1) is
    taken for chance.
    """
    import numpy as np

    clusters = np.append(linearised(seen.sums, seen.weights), doubted)
    tickets = np.append(seen.tickets, doubted)
    if len(tickets) < 2:
        return 0.0
    strangers = float(np.std(tickets, ddof=1)) / math.sqrt(seen.each)
    return max(strangers, float(np.std(clusters, ddof=1))) if len(clusters) > 1 else strangers


def _of_all(compared: Mapping[str, Mapping[str, Any]], key: str) -> list[float | None]:
    return [cell[key] for cells in compared.values() for cell in cells.values()]
