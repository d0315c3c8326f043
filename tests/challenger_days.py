"""Days of a desk with a challenger whose worth is known, so that each conclusion is true or false.

python -m tests.challenger_days        the figures of docs/monitor.md
"""

import sys
from datetime import date, timedelta
from typing import Any

import numpy as np

from tasks.monitor.against import Contest, Found, Sided, contest
from tasks.monitor.beside import MANY
from tasks.monitor.watch import Rules, bar
from tests.monitor_days import AGENTS

FIRST = date(2026, 3, 2)
RULES = Rules(bar(0.05, MANY), 0.3, 5, 199, 7)


def a_day(
    rng: np.random.Generator, day: int, n: int, share: float, better: float = 0.0
) -> dict[str, list[Sided]]:
    """Of each series of a split the values of one day; days differ, and so do agents.

    Agents accept `better` more of the challenger's drafts.
    """
    when = FIRST + timedelta(days=day)
    mood = rng.normal(0, 0.07)
    who = rng.choice(4, size=2, replace=False)[rng.integers(2, size=n)]
    own = rng.random(n) < share
    accepts = np.clip(np.array(AGENTS)[who] + mood + better * own, 0, 1)
    refused = rng.random(n) > accepts
    edits = np.where(refused, rng.beta(1.5, 4, n), 0.0)
    waits = rng.lognormal(0.5 + mood, 0.4, n)

    def sided(numbers: Any, strata: Any = None) -> list[Sided]:
        groups = np.zeros(n) if strata is None else strata
        rows = zip(groups, numbers, own, strict=True)
        return [Sided(when, int(s), float(x), bool(o)) for s, x, o in rows]

    both = 0 < own.sum() < n
    slower = float(np.median(waits[own]) - np.median(waits[~own])) if both else 0.0
    return {
        "acceptance": sided(refused, who),
        "edits": sided(edits, who),
        "abstention": sided(rng.random(n) < 0.12 + mood / 2),
        "findings": sided(rng.random(n) < 0.05),
        "seconds": [Sided(when, None, slower)] if both else [],
    }


KINDS = {"acceptance": "share", "edits": "rank", "abstention": "share", "findings": "share",
         "seconds": "pair"}  # fmt: skip


def looked(seed: int, days: list[dict[str, list[Sided]]], *names: str) -> list[Found]:
    """Each of the named series, looked at every day."""
    return [
        contest(
            Contest(name, KINDS[name], [value for day in days for value in day[name]]),  # type: ignore[arg-type]
            RULES._replace(seed=seed),
        )
        for name in names or KINDS
    ]


def alike(seed: int, per_day: int, share: float, looks: int = 90) -> list[Found]:
    """All series of two versions that are alike, over so many looks."""
    rng = np.random.default_rng([3, seed])
    return looked(seed, [a_day(rng, day, per_day, share) for day in range(looks)])


def days_to_notice(seed: int, per_day: int, share: float, better: float, most: int = 400) -> float:
    """Days until acceptance is told to be better, or worse; inf where it isn't in `most`."""
    rng = np.random.default_rng([4, seed])
    days = [a_day(rng, day, per_day, share, better) for day in range(most)]
    (found,) = looked(seed, days, "acceptance")
    if found.noticed is None or found.better is not (better > 0):
        return np.inf
    return float((found.noticed - FIRST).days + 1)


def pairs(seed: int, per_day: int, looks: int = 90) -> list[Found]:
    """The same of a shadow's series: two drafts for one ticket, of versions that are alike."""
    rng = np.random.default_rng([5, seed])
    values: dict[str, list[Sided]] = {"abstention": [], "findings": [], "edits": []}
    for day in range(looks):
        when = FIRST + timedelta(days=day)
        for name, level in (("abstention", 0.12), ("findings", 0.05)):
            apart = (rng.random((2, per_day)) < level).astype(float)
            values[name] += [Sided(when, None, float(x)) for x in apart[0] - apart[1]]
        apart = rng.beta(1.5, 4, (2, per_day))
        values["edits"] += [Sided(when, None, float(x)) for x in apart[0] - apart[1]]
    rules = RULES._replace(seed=seed)
    return [contest(Contest(n, "pair", v, n == "edits"), rules) for n, v in values.items()]


def share_of_false(runs: int, per_day: int, share: float) -> tuple[float, float]:
    """Of so many runs without a difference: where anything is concluded; where an interval of
    any series leaves out 0 at the last look."""
    found = [alike(seed, per_day, share) for seed in range(runs)]
    concluded = sum(any(one.noticed for one in each) for each in found)
    missed = sum(any((one.low or -1) > 0 or (one.high or 1) < 0 for one in each) for each in found)
    return concluded / runs, missed / runs


def main() -> None:
    """False conclusions in RUNS runs, and the days that differences take in a tenth of as many."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    some = max(runs // 10, 1)
    for per_day in (20, 100):
        for share in (0.5, 0.1):
            for better in (0.20, 0.10):
                late = [days_to_notice(seed, per_day, share, better) for seed in range(some)]
                half, ninety = np.quantile(late, [0.5, 0.9], method="lower")
                print(
                    f"{per_day} tickets a day, share {share}, {better * 100:.0f} points better: "
                    f"half of {some} runs notice within {half:.0f} days, nine of ten within "
                    f"{ninety:.0f}",
                    flush=True,
                )
    for per_day in (20, 100):
        for share in (0.5, 0.1):
            concluded, missed = share_of_false(runs, per_day, share)
            print(
                f"{per_day} a day, share {share}, {runs} runs of 90 looks without a difference: "
                f"{concluded:.1%} conclude one, in {missed:.1%} an interval misses it",
                flush=True,
            )
    shadow = sum(any(one.noticed for one in pairs(seed, 20)) for seed in range(runs)) / runs
    print(f"shadow, 20 a day, {runs} runs of 90 looks: {shadow:.1%} conclude a difference")


if __name__ == "__main__":
    main()
