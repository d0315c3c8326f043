"""Two versions on the same days: whether the challenger's values are others than the champion's.

Each day's values are dealt among those of that day and that agent alone. While the two versions are
alike, which of them are the challenger's is as by lot (in a split it is: by a hash of the ticket),
so that a day's z is exactly standard normal whatever the day, its agents and its tickets are like,
and the same bets hold as in capital.py. Of a pair, two drafts for one ticket, the sign counts.

A z of n values against m moves by d * sqrt(n * m / (n + m)) where the versions differ by d standard
deviations: that is what a day weighs. A day with few values waits for the next, for a number that
is one of few says little, and each is dealt within its own day all the same.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from tasks.monitor.capital import capital
from tasks.monitor.looks import Past, Ranks, Shares, Signs, Valued
from tasks.monitor.watch import Rules, lot

Kind = Literal["share", "rank", "pair"]


class Sided(NamedTuple):
    """One ticket's value. A pair's is the challenger's less the champion's, and is told once."""

    day: date
    stratum: Hashable
    number: float
    challengers: bool = True


@dataclass(frozen=True)
class Contest:
    """Values in the order of their days; large numbers are bad.

    `one_way`: only that the challenger's are smaller may be concluded.
    """

    name: str
    kind: Kind
    values: Sequence[Sided]
    one_way: bool = False
    levels: tuple[float | None, float | None] = (None, None)
    """The champion's mean and the challenger's, to be shown."""


@dataclass(frozen=True)
class Found:
    """What came of a contest. `difference` is the challenger's mean less the champion's.

    The interval holds at all looks at once, as often as the bar is not crossed by chance; it is the
    same bet turned around, by a normal approximation.
    """

    name: str
    values: int
    """The challenger's."""
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    logs: list[tuple[date, float]] = field(default_factory=list)
    noticed: date | None = None
    better: bool | None = None
    """What was noticed; None where nothing was."""


def contest(one: Contest, rules: Rules) -> Found:
    """Every look up to the last value; what a further day brings changes nothing about those."""
    import numpy as np

    known = _comparable(one)
    mine = sum(value.challengers for value in known)
    looks = _looks(known, rules.least)
    z, sizes = [], []
    for day, values in looks:
        z.append(_z(one, day, values, rules))
        sizes.append(_weight(one, values))
    sign = -1.0 if one.one_way else 1.0
    found = capital(sign * np.array(z), np.array(sizes), rules.effect, not one.one_way)
    over = np.flatnonzero(found.log >= rules.bar)
    logs = [(day, float(owned)) for (day, _), owned in zip(looks, found.log, strict=True)]
    estimate = _estimate(one, known, rules)
    if not len(over):
        return Found(one.name, mine, *estimate, logs)
    at = int(over[0])
    moved = sum(a * math.sqrt(b) for a, b in zip(z[: at + 1], sizes[: at + 1], strict=True))
    return Found(one.name, mine, *estimate, logs, looks[at][0], moved < 0)


def _comparable(one: Contest) -> list[Sided]:
    """Without those whose day and agent the other side has nothing of."""
    if one.kind == "pair":
        return list(one.values)
    sides: dict[Hashable, set[bool]] = defaultdict(set)
    for value in one.values:
        sides[value.day, value.stratum].add(value.challengers)
    return [value for value in one.values if len(sides[value.day, value.stratum]) == 2]


def _looks(values: Sequence[Sided], least: int) -> list[tuple[date, list[Sided]]]:
    """Whole days, together until the challenger has so many values; too few last ones wait."""
    looks: list[tuple[date, list[Sided]]] = []
    waiting: list[Sided] = []
    for place, value in enumerate(values):
        waiting.append(value)
        ends = place + 1 == len(values) or values[place + 1].day != value.day
        if ends and sum(one.challengers for one in waiting) >= least:
            looks.append((value.day, waiting))
            waiting = []
    return looks


def _z(one: Contest, day: date, values: Sequence[Sided], rules: Rules) -> float:
    """Large where the challenger's values are."""
    kinds: dict[Kind, type[Past]] = {"share": Shares, "rank": Ranks, "pair": Signs}
    past = kinds[one.kind]()
    past.add(_dealt(values, False))
    return past.look(_dealt(values, True), lot(f"challenger {one.name}", day, rules.seed))


def _dealt(values: Sequence[Sided], challengers: bool) -> list[Valued]:
    return [
        ((value.day, value.stratum), value.number)
        for value in values
        if value.challengers == challengers
    ]


def _weight(one: Contest, values: Sequence[Sided]) -> float:
    if one.kind == "pair":
        return float(sum(value.number != 0 for value in values))
    return sum(_weights(values).values())


def _weights(values: Sequence[Sided]) -> dict[Hashable, float]:
    """n * m / (n + m) of each day and agent."""
    many = Counter(((value.day, value.stratum), value.challengers) for value in values)
    strata = {stratum for stratum, _ in many}
    return {
        one: many[one, True] * many[one, False] / (many[one, True] + many[one, False])
        for one in strata
    }


def _estimate(
    one: Contest, values: Sequence[Sided], rules: Rules
) -> tuple[float | None, float | None, float | None]:
    """The difference, and where it lies at all looks at once; None where too little is there."""
    if len(values) < 2 or sum(value.challengers for value in values) < rules.least:
        return None, None, None
    if one.kind == "pair":
        numbers = [value.number for value in values]
        whole, weight = math.fsum(numbers), float(len(numbers))
        mean = whole / weight
        # one more might have been as far apart as the farthest
        spread = math.fsum((x - mean) ** 2 for x in numbers) + max(x * x for x in numbers)
        variance = spread / (weight - 1)
    else:
        whole, weight, variance = _dealt_estimate(one, values)
    if not weight or not variance:
        return (whole / weight if weight else None), None, None
    grown = 1 + rules.effect**2 * weight
    far = math.sqrt(variance * grown * (2 * rules.bar + math.log(grown))) / rules.effect
    return whole / weight, (whole - far) / weight, (whole + far) / weight


def _dealt_estimate(one: Contest, values: Sequence[Sided]) -> tuple[float, float, float]:
    """The sum of the days' differences, what they weigh, and the variance of one value."""
    sums: dict[Hashable, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for value in values:
        cell = sums[value.day, value.stratum]
        cell[value.challengers] += value.number
        cell[2 + value.challengers] += 1
    weights = _weights(values)
    whole = math.fsum(
        weights[stratum] * (theirs / m - ours / n) for stratum, (ours, theirs, n, m) in sums.items()
    )
    weight = math.fsum(weights.values())
    numbers = [value.number for value in values]
    if one.kind == "share":
        p = (sum(numbers) + 1) / (len(numbers) + 2)
        return whole, weight, p * (1 - p)
    means = {stratum: (ours + theirs) / (n + m) for stratum, (ours, theirs, n, m) in sums.items()}
    spread = math.fsum((v.number - means[v.day, v.stratum]) ** 2 for v in values)
    return whole, weight, spread / max(len(numbers) - len(means), 1)
