"""What has not been found yet: would it have been, were it there, and how many tickets find it?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from tasks.decide.measured import BOUNDED
from tasks.decide.params import DecideParams
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

    `more` tickets find it with that power where they are not enough; 0 where they are.
    """

    enough: bool
    more: int


def gain_lookout(
    gains: "Floats", compared: Mapping[str, Mapping[str, Any]], params: DecideParams
) -> Lookout:
    """For a gain of `params.effect`, among the claims that the tests for differences make."""
    import numpy as np

    seen = gains[np.isfinite(gains)]
    level = level_left(_of_all(compared, "p_holm"), params.alpha)
    doubtful = seen if len(seen) > 1 and np.ptp(seen) else np.append(seen, HALVES)
    step = float(np.abs(seen[seen != 0]).min(initial=1.0))
    asked = Asked(_spread(doubtful), params.effect, level, params.power, 2, step)
    return _look(asked, seen, np.empty(0))


def harm_lookout(
    gains: "Floats",
    dimension: str,
    margin: float,
    compared: Mapping[str, Mapping[str, Any]],
    params: DecideParams,
) -> Lookout:
    """For no harm of `margin`, were there none at all, among the claims of non-inferiority."""
    import numpy as np

    seen = gains[np.isfinite(gains)]
    bounded = dimension in BOUNDED
    doubtful = np.append(seen, HALVES) if bounded else seen
    level = level_left(_of_all(compared, "p_not_worse_holm"), params.alpha)
    asked = Asked(_spread(doubtful), margin, level, params.power, 1, 0.0)
    return _look(asked, cautious(seen, bounded) + margin, cautious(np.empty(0), bounded) + margin)


def _look(asked: Asked, seen: "Floats", from_nothing: "Floats") -> Lookout:
    """`from_nothing` is what the test adds to any tickets, and the power of a plan starts with."""
    if tickets_needed(asked, from_nothing) <= len(seen) - len(from_nothing):
        return Lookout(True, 0)
    return Lookout(False, tickets_needed(asked, seen))


def _spread(seen: "Floats") -> float:
    """The standard deviation of tickets to come, by that of those seen."""
    import numpy as np

    return float(np.std(seen, ddof=1)) if len(seen) > 1 else 0.0


def _of_all(compared: Mapping[str, Mapping[str, Any]], key: str) -> list[float | None]:
    return [cell[key] for cells in compared.values() for cell in cells.values()]
