"""Days of a desk whose agents and customers are known, so that every alarm is true or false.

python -m tests.monitor_days        the figures of docs/monitor.md
"""

import sys
from datetime import date, timedelta

import numpy as np

from tasks.monitor.watch import Rules, Series, Value, Watched, bar, watch

FIRST = date(2026, 3, 2)
AGENTS = (0.55, 0.65, 0.75, 0.85)  # how much of what they read each accepts
TOPICS = np.array([0.3, 0.25, 0.2, 0.15, 0.07, 0.03])
RULES = Rules(bar(0.05, 8), 0.3, 5, 199, 7)


def a_day(rng: np.random.Generator, day: int, n: int, drop: float = 0.0) -> dict[str, list[Value]]:
    """Of each series the values of one day; only two of four agents work on it."""
    when = FIRST + timedelta(days=day)
    who = rng.choice(4, size=2, replace=False)[rng.integers(2, size=n)]
    refused = rng.random(n) > np.array(AGENTS)[who] - drop
    edits = np.where(refused, rng.beta(1.5, 4, n), 0.0)
    numbers = {
        "acceptance": (who, refused.astype(float)),
        "edits": (who, edits),
        "abstention": (np.zeros(n), (rng.random(n) < 0.12).astype(float)),
        "findings": (np.zeros(n), (rng.random(n) < 0.05).astype(float)),
        "topics": (rng.choice(6, n, p=TOPICS), np.zeros(n)),
        "length": (np.zeros(n), rng.lognormal(3.5, 0.6, n)),
        "meaning": (np.zeros(n), rng.beta(5, 5, n)),
    }
    found = {
        name: [Value(when, int(s), float(x)) for s, x in zip(*both, strict=True)]
        for name, both in numbers.items()
    }
    return found | {"seconds": [Value(when, 0, float(np.median(rng.lognormal(0.5, 0.4, n))))]}


def series_of(days: list[dict[str, list[Value]]], trained: dict[str, list[Value]]) -> list[Series]:
    found = []
    for name in days[0]:
        kind = {"topics": "mix"}.get(
            name, "share" if name in ("acceptance", "abstention", "findings") else "rank"
        )
        values = [value for day in days for value in day[name]]
        known = [(value.stratum, value.number) for value in trained.get(name, [])]
        baseline = 14 if name == "seconds" else 100
        by_day = name == "seconds"
        found.append(Series(name, kind, values, baseline, name == "length", known, by_day))  # type: ignore[arg-type]
    return found


def quiet(seed: int, per_day: int, looks: int = 90) -> list[Watched]:
    """All eight series over so many looks in which nothing changes."""
    rng = np.random.default_rng([1, seed])
    trained = a_day(rng, -1, 500)
    kept = {name: trained[name] for name in ("topics", "length", "meaning")}
    days = [a_day(rng, day, per_day) for day in range(looks)]
    rules = RULES._replace(seed=seed)
    return [watch(series, rules) for series in series_of(days, kept)]


def days_to_notice(seed: int, per_day: int, drop: float, at: int = 30, most: int = 400) -> float:
    """Days from a drop of acceptance on day `at` to its alarm; inf where none comes in `most`."""
    rng = np.random.default_rng([2, seed])
    days = [a_day(rng, day, per_day, drop if day >= at else 0.0) for day in range(at + most)]
    (acceptance,) = [one for one in series_of(days, {}) if one.name == "acceptance"]
    alarms = watch(acceptance, RULES._replace(seed=seed)).alarms
    changed = FIRST + timedelta(days=at)
    late = [(alarm.day - changed).days + 1 for alarm in alarms if alarm.day >= changed]
    return float(late[0]) if late else np.inf


def share_of_false_alarms(runs: int, per_day: int) -> float:
    return sum(any(one.alarms for one in quiet(seed, per_day)) for seed in range(runs)) / runs


def main() -> None:
    """False alarms in RUNS runs, and the days that drops take in a twentieth of as many."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    for per_day in (20, 100):
        for drop in (0.20, 0.10, 0.05):
            some, most = max(runs // 20, 1), 300 if drop < 0.1 and per_day == 20 else 90
            late = [days_to_notice(seed, per_day, drop, most=most) for seed in range(some)]
            ten, half, ninety = np.quantile(late, [0.1, 0.5, 0.9], method="lower")
            print(
                f"{per_day} tickets a day, acceptance drops by {drop * 100:.0f} points: half of "
                f"{some} runs notice within {half:.0f} days, one of ten within {ten:.0f}, nine "
                f"within {ninety:.0f}",
                flush=True,
            )
    for per_day in (20, 100):
        share = share_of_false_alarms(runs, per_day)
        print(f"{per_day} a day, {runs} runs of 90 looks, no change: {share:.1%} alarm", flush=True)


if __name__ == "__main__":
    main()
