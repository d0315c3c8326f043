"""What two versions on the same days promise: no difference is told where there is none."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from tasks.monitor.against import Contest, Sided, contest
from tasks.monitor.capital import capital
from tasks.monitor.looks import Signs
from tests.challenger_days import (
    FIRST,
    KINDS,
    RULES,
    a_day,
    alike,
    days_to_notice,
    looked,
    pairs,
    share_of_false,
)


def test_signs_of_pairs_that_are_alike_give_a_standard_normal_and_zeros_say_nothing() -> None:
    from scipy.stats import kstest

    rng = np.random.default_rng(1)
    looks = [
        Signs().look([(None, float(x)) for x in rng.choice([-1, 0, 1], 9)], rng)
        for _ in range(1000)
    ]
    assert kstest(looks, "norm").pvalue > 0.01
    zeros = [Sided(FIRST + timedelta(days=day), None, 0.0) for day in range(200)]
    found = contest(Contest("abstention", "pair", zeros), RULES)
    assert found.noticed is None
    assert max(owned for _, owned in found.logs) < 1e-9
    assert (found.difference, found.low, found.high) == (0.0, None, None)


def test_bad_days_and_strict_agents_are_no_difference_whoever_drafts_more_on_them() -> None:
    """On even days all goes badly and the challenger has most tickets; on odd days it has few."""
    rng = np.random.default_rng(2)
    values = []
    for day in range(90):
        bad = day % 2
        for who in range(40):
            own = rng.random() < (0.8 if bad else 0.1)
            refused = rng.random() < (0.8 if bad else 0.2) + 0.1 * (who % 2)
            when = FIRST + timedelta(days=day)
            values.append(Sided(when, who % 2, float(refused), bool(own)))
    found = contest(Contest("acceptance", "share", values), RULES)
    assert found.noticed is None
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0 < found.high
    pooled = [value._replace(day=FIRST) for value in values]
    assert contest(Contest("acceptance", "share", pooled), RULES).better is False, "so days count"


def test_a_day_on_which_one_side_has_nothing_says_nothing() -> None:
    values = [Sided(FIRST, "a-1", 1.0, True)] * 50 + [Sided(FIRST, "a-2", 0.0, False)] * 50
    found = contest(Contest("acceptance", "share", values), RULES)
    assert (found.values, found.logs, found.difference) == (0, [], None)


def test_a_further_day_changes_nothing_about_the_days_before_it() -> None:
    rng = np.random.default_rng(3)
    days = [a_day(rng, day, 20, 0.5, 0.3 if day > 10 else 0.0) for day in range(40)]
    for short, whole in zip(looked(1, days[:25]), looked(1, days), strict=True):
        assert whole.logs[: len(short.logs)] == short.logs
        if short.noticed:
            assert (short.noticed, short.better) == (whole.noticed, whole.better)


def test_what_is_better_and_what_is_worse_is_told_apart() -> None:
    assert days_to_notice(1, 100, 0.5, 0.20, most=30) <= 10
    assert days_to_notice(1, 100, 0.5, -0.20, most=30) <= 10
    assert days_to_notice(1, 20, 0.5, 0.20, most=60) <= 40
    slower = [Sided(FIRST + timedelta(days=day), None, 1.0) for day in range(60)]
    assert contest(Contest("seconds", "pair", slower), RULES).better is False


def test_one_way_only_the_good_is_concluded() -> None:
    for sign, better in ((-1.0, True), (1.0, None)):
        values = [
            Sided(FIRST + timedelta(days=day), None, sign * 0.1)
            for day in range(60)
            for _ in range(5)
        ]
        assert contest(Contest("edits", "pair", values, one_way=True), RULES).better is better


def test_few_values_a_day_wait_for_more_and_the_bet_weighs_both_sides() -> None:
    values: list[Sided] = []
    for day in range(12):
        when = FIRST + timedelta(days=day)
        values += [Sided(when, None, 0.0, False)] * 18 + [Sided(when, None, 0.0, True)] * 2
    found = contest(Contest("findings", "share", values), RULES)
    assert [day for day, _ in found.logs] == [FIRST + timedelta(days=n) for n in (2, 5, 8, 11)]
    # by lot a z is never 0, but what a bet of that weight can lose on a look is known
    least = capital(np.zeros(1), np.array([3 * 18 * 2 / 20]), RULES.effect, True).log[0]
    assert found.logs[0][1] >= least


def test_an_interval_holds_the_difference_and_narrows() -> None:
    held = []
    for seed in range(40):
        rng = np.random.default_rng([9, seed])
        days = [a_day(rng, day, 40, 0.5, 0.1) for day in range(40)]
        early, late = looked(seed, days[:10], "acceptance")[0], looked(seed, days, "acceptance")[0]
        assert None not in (early.low, early.high, late.low, late.high)
        held.append(late.low <= -0.1 <= late.high)  # type: ignore[operator]
        assert late.high - late.low < early.high - early.low  # type: ignore[operator]
    assert np.mean(held) >= 0.95


@pytest.mark.parametrize("share", [0.5, 0.1])
def test_ninety_looks_at_versions_that_are_alike_conclude_nothing(share: float) -> None:
    """A quick look: at most 3 of 40; the whole is the slow test."""
    concluded = sum(any(one.noticed for one in alike(seed, 20, share)) for seed in range(40))
    assert concluded <= 3
    assert not any(one.noticed for seed in range(10) for one in pairs(seed, 20))


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("per_day", "share"), [(20, 0.5), (20, 0.1), (100, 0.5), (100, 0.1)])
def test_at_most_five_of_a_hundred_runs_conclude_a_difference_that_is_not_there(
    per_day: int, share: float
) -> None:
    """All five series of a split together, 90 looks; and the intervals hold as often."""
    concluded, missed = share_of_false(500, per_day, share)
    assert concluded <= 0.05
    assert missed <= 0.05


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_half_of_the_differences_are_noticed_in_as_many_days_as_told() -> None:
    told: dict[tuple[int, float, float], Any] = {
        (20, 0.5, 0.2): 25, (20, 0.5, 0.1): 90, (100, 0.5, 0.1): 20, (100, 0.1, 0.1): 50,
    }  # fmt: skip
    for (per_day, share, better), most in told.items():
        late = [days_to_notice(seed, per_day, share, better) for seed in range(50)]
        assert np.median(late) <= most, (per_day, share, better)


def test_every_series_of_a_split_is_simulated() -> None:
    from tasks.monitor.beside import CONTESTS

    assert {name: kind for name, (kind, _) in CONTESTS["split"].items()} == KINDS
