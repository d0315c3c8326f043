"""Look at one series day by day; an alarm is raised once for a change, and then all begins anew."""

import math
import zlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple

from tasks.monitor.capital import capital
from tasks.monitor.looks import Mix, Past, Ranks, Shares, Valued

if TYPE_CHECKING:
    import numpy as np

Kind = Literal["share", "rank", "mix"]


class Value(NamedTuple):
    """One ticket's, or one day's. In a mix the stratum is the kind, and the number counts not."""

    day: date
    stratum: Hashable
    number: float


@dataclass(frozen=True)
class Series:
    """Values in the order of their days; large numbers are bad unless `both_ways`.

    `trained` are earlier values to compare with; without any, the first `baseline` values are
    taken. Up to so many nothing is said of either. `by_day`: a value is a whole day's, and waits
    for no others.
    """

    name: str
    kind: Kind
    values: Sequence[Value]
    baseline: int
    both_ways: bool = False
    trained: Sequence[Valued] = ()
    by_day: bool = False


class Alarm(NamedTuple):
    """Raised on `day`: since about `since` the values are others than before."""

    day: date
    since: date
    before: float
    after: float
    values: int


@dataclass(frozen=True)
class Watched:
    """What came of one series. `logs` holds the day and the log of the capital on it."""

    name: str
    have: int
    need: int
    logs: list[tuple[date, float]] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)


class Rules(NamedTuple):
    """`bar`: the log of the capital that raises an alarm."""

    bar: float
    effect: float
    least: int
    draws: int
    seed: int


def bar(alpha: float, series: int) -> float:
    """For one of so many series: each may err with its part of `alpha` (Bonferroni)."""
    return math.log(series / alpha)


def watch(series: Series, rules: Rules) -> Watched:
    """Every day of `series`; what a further day brings changes nothing about those before it."""
    import numpy as np

    logs: list[tuple[date, float]] = []
    alarms: list[Alarm] = []
    if len(series.values) <= series.baseline:
        return Watched(series.name, len(series.values), series.baseline)
    rest, trained = list(series.values), list(series.trained)
    while True:
        before = [*trained, *((v.stratum, v.number) for v in rest)][: _wanted(series, trained)]
        later = rest if trained else rest[series.baseline :]
        days = _days(later, 1 if series.by_day else rules.least)
        past = _past(series.kind, rules.draws)
        past.add(before)
        looks = [_look(past, series.name, day, values, rules) for day, values in days]
        sizes = np.array([float(len(values)) for _, values in days])
        found = capital(np.array(looks), sizes, rules.effect, series.both_ways)
        over = np.flatnonzero(found.log >= rules.bar)
        end = int(over[0]) + 1 if len(over) else len(days)
        logs += [
            (day, float(owned)) for (day, _), owned in zip(days, found.log[:end], strict=False)
        ]
        if not len(over):
            return Watched(series.name, len(series.values), series.baseline, logs, alarms)
        alarms.append(_alarm(series.kind, before, days[:end], int(found.since[end - 1])))
        # the change is known; what comes after it is compared with itself
        last = alarms[-1].day
        rest, trained = [value for value in rest if value.day > last], []


def _wanted(series: Series, trained: Sequence[Valued]) -> int:
    return len(trained) if trained else series.baseline


def _past(kind: Kind, draws: int) -> Past:
    if kind == "mix":
        return Mix(draws)
    return Shares() if kind == "share" else Ranks()


def _look(past: Past, name: str, day: date, values: Sequence[Value], rules: Rules) -> float:
    return past.look([(v.stratum, v.number) for v in values], lot(name, day, rules.seed))


def lot(name: str, day: date, seed: int) -> "np.random.Generator":
    """The same for a day whenever it is looked at."""
    import numpy as np

    return np.random.default_rng([seed, zlib.crc32(name.encode()), day.toordinal()])


def _days(values: Sequence[Value], least: int) -> list[tuple[date, list[Value]]]:
    """By day, a thin day together with the next; a thin last one waits."""
    days: list[tuple[date, list[Value]]] = []
    waiting: list[Value] = []
    for place, value in enumerate(values):
        waiting.append(value)
        ends = place + 1 == len(values) or values[place + 1].day != value.day
        if ends and len(waiting) >= least:
            days.append((value.day, waiting))
            waiting = []
    return days


def _alarm(
    kind: Kind, before: Sequence[Valued], days: Sequence[tuple[date, list[Value]]], since: int
) -> Alarm:
    old = [*before, *((v.stratum, v.number) for _, values in days[:since] for v in values)]
    new = [(v.stratum, v.number) for _, values in days[since:] for v in values]
    if kind == "mix":
        levels = (0.0, _apart([kind for kind, _ in old], [kind for kind, _ in new]))
    else:
        levels = (_mean(old), _mean(new))
    return Alarm(days[-1][0], days[since][1][0].day, *levels, len(new))


def _mean(values: Sequence[Valued]) -> float:
    return sum(number for _, number in values) / len(values)


def _apart(old: Sequence[Hashable], new: Sequence[Hashable]) -> float:
    """The share of tickets that would have to be of another kind (total variation)."""
    kinds = {*old, *new}
    shares = (abs(old.count(kind) / len(old) - new.count(kind) / len(new)) for kind in kinds)
    return sum(shares) / 2
