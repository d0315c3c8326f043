"""One day's values as a number z, exactly standard normal as long as nothing has changed.

If the day's values and all earlier ones come from one source, any order of them is as likely as
any other; so how extreme the day is among the ways to deal the same values is known without knowing
the source, and the earlier values need not be many or be taken for the truth. Ties are broken by
lot. The numbers of different days are independent (Vovk, Nouretdinov and Gammerman 2003, "Testing
exchangeability on-line"; Vovk 2021, "Testing randomness online").

Values of one stratum are dealt among that stratum alone: where strata are agents, a strict agent
who works on Mondays changes nothing.
"""

from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Valued = tuple[Hashable, float]
"""A stratum and a value; large values are bad."""


class Past(Protocol):
    """Earlier values, and how a further day stands to them."""

    def add(self, values: Iterable[Valued]) -> None: ...

    def look(self, values: Sequence[Valued], rng: "np.random.Generator") -> float:
        """The day's z, large where its values are; the day is then part of the past."""
        ...


class Shares:
    """Values that are 0 or 1: the day's ones are hypergeometric, given all ones so far."""

    def __init__(self) -> None:
        self._seen: Counter[Hashable] = Counter()
        self._ones: Counter[Hashable] = Counter()

    def add(self, values: Iterable[Valued]) -> None:
        for stratum, value in values:
            self._seen[stratum] += 1
            self._ones[stratum] += int(value)

    def look(self, values: Sequence[Valued], rng: "np.random.Generator") -> float:
        import numpy as np

        self.add(values)
        today = Counter(stratum for stratum, _ in values)
        ways = np.ones(1)
        for stratum, drawn in today.items():
            ways = np.convolve(ways, dealt(self._seen[stratum], self._ones[stratum], drawn))
        ones = sum(int(value) for _, value in values)
        above = float(ways[ones + 1 :].sum() + rng.random() * ways[ones])
        return normal(above / float(ways.sum()))


class Ranks:
    """Any numbers: each one's rank among those before it, as a normal score."""

    def __init__(self) -> None:
        self._sorted: dict[Hashable, list[float]] = defaultdict(list)

    def add(self, values: Iterable[Valued]) -> None:
        for stratum, value in values:
            insort(self._sorted[stratum], value)

    def look(self, values: Sequence[Valued], rng: "np.random.Generator") -> float:
        total = 0.0
        for stratum, value in values:
            there = self._sorted[stratum]
            low, high = bisect_left(there, value), bisect_right(there, value)
            above = len(there) - high + rng.random() * (high - low + 1)
            total += normal(above / (len(there) + 1))
            there.insert(high, value)
        return float(total / len(values) ** 0.5)


class Signs:
    """Differences within pairs: each is as likely above 0 as below. It needs no past."""

    def add(self, values: Iterable[Valued]) -> None:
        """Nothing: a pair is compared with itself."""

    def look(self, values: Sequence[Valued], rng: "np.random.Generator") -> float:
        from scipy.stats import binom

        up, down = sum(x > 0 for _, x in values), sum(x < 0 for _, x in values)
        above = binom.sf(up, up + down, 0.5) + rng.random() * binom.pmf(up, up + down, 0.5)
        return normal(float(above))


class Mix:
    """Kinds in place of numbers (a stratum is a kind): chi-squared, held against draws by lot."""

    def __init__(self, draws: int) -> None:
        self._draws = draws
        self._seen: Counter[Hashable] = Counter()

    def add(self, values: Iterable[Valued]) -> None:
        self._seen.update(kind for kind, _ in values)

    def look(self, values: Sequence[Valued], rng: "np.random.Generator") -> float:
        import numpy as np

        self.add(values)
        kinds = sorted(self._seen, key=str)
        bag = np.array([self._seen[kind] for kind in kinds])
        today = Counter(kind for kind, _ in values)
        usual = len(values) * bag / bag.sum()
        drawn = rng.multivariate_hypergeometric(bag, len(values), self._draws)
        far = ((drawn - usual) ** 2 / usual).sum(axis=1)
        own = float(((np.array([today[kind] for kind in kinds]) - usual) ** 2 / usual).sum())
        equal = np.isclose(far, own, rtol=1e-9, atol=0)
        above = float((far > own)[~equal].sum() + rng.random() * (equal.sum() + 1))
        return normal(above / (self._draws + 1))


def dealt(seen: int, ones: int, drawn: int) -> "Floats":
    """How likely 0, 1, … of `drawn` values are ones, if `ones` of `seen` are."""
    import numpy as np

    k = np.arange(drawn + 1.0)
    possible = (k <= ones) & (drawn - k <= seen - ones)
    found = np.zeros(drawn + 1)
    k = k[possible]
    log = _log_ways(ones, k) + _log_ways(seen - ones, drawn - k)
    found[possible] = np.exp(log - _log_ways(seen, np.array([float(drawn)])))
    return found


def normal(above: float) -> float:
    """The z that a share `above` of a standard normal lies beyond."""
    from scipy.special import ndtri

    return -float(ndtri(min(max(above, 1e-12), 1 - 1e-12)))


def _log_ways(of: int, choose: "Floats") -> "Floats":
    from scipy.special import gammaln

    ways: Floats = gammaln(of + 1) - gammaln(choose + 1) - gammaln(of - choose + 1)
    return ways
