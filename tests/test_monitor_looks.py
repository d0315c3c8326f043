"""What a day's z and a bettor's capital promise, and what they don't see."""

from datetime import timedelta

import numpy as np
import pytest

from tasks.monitor.capital import capital
from tasks.monitor.history import share_changed
from tasks.monitor.looks import Mix, Past, Ranks, Shares, dealt
from tasks.monitor.watch import Series, Value, bar, watch
from tests.monitor_days import FIRST, RULES, a_day, days_to_notice, quiet, series_of


def looks_of(past: Past, seed: int, kind: str) -> list[float]:
    """Thirty days of one source, ten values each."""
    rng = np.random.default_rng(seed)

    def drawn() -> list[tuple[int, float]]:
        numbers = {
            "shares": (rng.random(10) < 0.9).astype(float),
            "ranks": np.round(rng.exponential(size=10), 1),
            "mix": np.zeros(10),
        }[kind]
        strata = rng.choice(3, 10, p=[0.8, 0.15, 0.05])
        return [(int(s), float(x)) for s, x in zip(strata, numbers, strict=True)]

    past.add(drawn())
    return [past.look(drawn(), rng) for _ in range(30)]


@pytest.mark.parametrize(
    ("make", "kind"), [(Shares, "shares"), (Ranks, "ranks"), (lambda: Mix(99), "mix")]
)
def test_while_nothing_changes_every_days_z_is_standard_normal_and_on_its_own(
    make: type[Past], kind: str
) -> None:
    from scipy.stats import kstest

    runs = np.array([looks_of(make(), seed, kind) for seed in range(60)])
    assert kstest(runs.ravel(), "norm").pvalue > 0.01
    neighbours = np.corrcoef(runs[:, :-1].ravel(), runs[:, 1:].ravel())[0, 1]
    assert abs(neighbours) < 0.08


def test_ones_are_dealt_as_the_hypergeometric_distribution_says() -> None:
    from scipy.stats import hypergeom

    for seen, ones, drawn in [(20, 7, 5), (6, 6, 4), (6, 0, 4), (5, 2, 5)]:
        expected = hypergeom.pmf(np.arange(drawn + 1), seen, ones, drawn)
        assert dealt(seen, ones, drawn) == pytest.approx(expected)


def test_the_capital_is_a_fair_bet() -> None:
    # one day, one ticket: its mean over every z is 1
    z, step = np.linspace(-9, 9, 4001, retstep=True)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    for both_ways in (False, True):
        owned = [np.exp(capital(np.array([one]), np.ones(1), 0.3, both_ways).log[0]) for one in z]
        assert float(np.sum(owned * density) * step) == pytest.approx(1.0, abs=1e-6)


def test_the_bet_that_owns_most_began_on_the_day_of_the_change() -> None:
    z = np.concatenate([np.zeros(40), np.full(12, 2.0)])
    found = capital(z, np.full(52, 20.0), 0.3, False)
    assert found.log[39] < 0
    assert found.log[-1] > bar(0.05, 8)
    assert found.since[-1] == 40


def test_a_strict_agent_who_works_on_some_days_is_no_change() -> None:
    strict, lenient = 1, 0

    def days(strata: bool) -> list[Value]:
        rng = np.random.default_rng(5)
        found = []
        for day in range(60):
            who = strict if 30 <= day < 44 else lenient if day % 3 else strict
            refused = rng.random(20) < (0.6 if who == strict else 0.2)
            when = FIRST + timedelta(days=day)
            found += [Value(when, who if strata else None, float(one)) for one in refused]
        return found

    series = Series("acceptance", "share", days(True), 100)
    assert watch(series, RULES).alarms == []
    unheld = Series("acceptance", "share", days(False), 100)
    assert watch(unheld, RULES).alarms, "this is what agents as strata are for"


def test_a_further_day_changes_nothing_about_the_days_before_it() -> None:
    rng = np.random.default_rng(3)
    days = [a_day(rng, day, 20, 0.3 if day > 20 else 0.0) for day in range(40)]
    for short, whole in zip(series_of(days[:30], {}), series_of(days, {}), strict=True):
        early, late = watch(short, RULES), watch(whole, RULES)
        assert late.logs[: len(early.logs)] == early.logs
        assert late.alarms[: len(early.alarms)] == early.alarms


def test_a_second_change_is_a_second_alarm() -> None:
    rng = np.random.default_rng(4)
    drops = [0.0] * 15 + [0.3] * 30 + [0.55] * 20
    days = [a_day(rng, day, 40, drop) for day, drop in enumerate(drops)]
    alarms = watch(series_of(days, {})[0], RULES).alarms
    assert len(alarms) == 2
    assert alarms[0].day >= FIRST + timedelta(days=15)
    assert alarms[1].since >= FIRST + timedelta(days=44)


def test_a_thin_day_waits_for_the_next() -> None:
    values = [Value(FIRST + timedelta(days=n), None, 0.0) for n in range(40)]
    watched = watch(Series("findings", "share", values, 20), RULES._replace(least=5))
    assert [day for day, _ in watched.logs] == [FIRST + timedelta(days=n) for n in (24, 29, 34, 39)]


def test_up_to_the_baseline_nothing_is_said() -> None:
    values = [Value(FIRST, None, 1.0)] * 20
    known = [(None, 0.0)] * 500
    watched = watch(Series("length", "rank", values, 20, True, known), RULES)
    assert (watched.have, watched.need, watched.logs, watched.alarms) == (20, 20, [], [])


def test_what_an_agent_changed_is_a_share_of_the_longer_text() -> None:
    assert share_changed("a b c d", "accepted", None) == 0.0
    assert share_changed("a b c d", "edited", "a b c x") == 0.25
    assert share_changed("a b", "edited", "a b c d") == 0.5
    assert share_changed("a b", "discarded", "x y") == 1.0
    assert share_changed("a b", None, None) is None


def test_a_drop_of_twenty_points_is_noticed_within_weeks_and_a_quiet_desk_stays_quiet() -> None:
    assert days_to_notice(1, 20, 0.20, most=30) <= 20
    assert not any(one.alarms for one in quiet(1, 20, looks=40))


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_ninety_looks_without_change_raise_an_alarm_in_five_of_a_hundred_runs_at_most() -> None:
    """All eight series together; 1,000 runs."""
    from tests.monitor_days import share_of_false_alarms

    assert share_of_false_alarms(1000, 20) <= 0.05


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_half_of_the_drops_of_ten_points_are_noticed_in_as_many_days_as_told() -> None:
    """docs/monitor.md tells 55 and 6."""
    late = {n: [days_to_notice(seed, n, 0.10, most=90) for seed in range(50)] for n in (20, 100)}
    assert np.median(late[20]) <= 55
    assert np.median(late[100]) <= 6
