"""Intervals, tests and ticket counts beside scipy's own and beside closed forms."""

import math

import numpy as np
import pytest
from scipy import stats

from tasks.statistics.clusters import Clustered, clustered
from tasks.statistics.holm import holm, level_left
from tasks.statistics.intervals import mean_intervals, quantile_interval
from tasks.statistics.margin import p_not_worse
from tasks.statistics.permutation import p_values
from tasks.statistics.tickets import Asked, tickets_needed


def mean(sample: np.ndarray, axis: int) -> np.ndarray:
    return np.mean(sample, axis=axis)


def alone(columns: np.ndarray) -> Clustered:
    """Every ticket a cluster of its own."""
    return clustered(columns, range(len(columns)))


def test_the_interval_is_scipys_bca_interval() -> None:
    values = np.random.default_rng(1).exponential(size=(150, 2))
    for place, cell in enumerate(
        mean_intervals(alone(values), resamples=4000, confidence=0.9, seed=3)
    ):
        theirs = stats.bootstrap(
            (values[:, place],), np.mean, n_resamples=4000, confidence_level=0.9, method="BCa",
            rng=np.random.default_rng(3),
        ).confidence_interval  # fmt: skip
        assert cell["low"] == pytest.approx(theirs.low, rel=1e-5)
        assert cell["high"] == pytest.approx(theirs.high, rel=1e-5)
        assert cell["mean"] == pytest.approx(values[:, place].mean(), rel=1e-5)


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    draws = np.random.default_rng(5).exponential(size=(60, 400))
    cells = mean_intervals(alone(draws), resamples=600, confidence=0.9, seed=1)
    covered = np.mean([cell["low"] <= 1.0 <= cell["high"] for cell in cells])  # type: ignore[operator]
    assert 0.80 < covered < 0.97


def test_columns_of_the_same_tickets_share_their_resamples() -> None:
    values = np.random.default_rng(1).normal(size=50)
    low, high = mean_intervals(alone(np.stack([values, values + 2], axis=1)), 200, 0.95, 1)
    assert high["low"] - low["low"] == pytest.approx(2, abs=2e-5)  # type: ignore[operator]


def test_what_says_nothing_is_left_out_of_mean_and_n() -> None:
    nan = float("nan")
    values = np.array([[1.0, nan, 3.0, nan], [nan, nan, nan, nan], [1.0, 2.0, 3.0, 4.0]]).T
    some, none, all_four = mean_intervals(alone(values), 300, 0.95, 1)
    assert (some["mean"], some["n"]) == (2.0, 2)
    assert none == {"mean": None, "low": None, "high": None, "n": 0}
    assert (all_four["mean"], all_four["n"]) == (2.5, 4)


@pytest.mark.parametrize("tickets", [1, 2, 300])
def test_where_all_are_equal_the_interval_is_that_number_and_nobody_is_warned(tickets: int) -> None:
    (cell,) = mean_intervals(alone(np.full((tickets, 1), 0.1)), 200, 0.95, 1)
    assert cell == {"mean": 0.1, "low": 0.1, "high": 0.1, "n": tickets}


@pytest.mark.parametrize(
    "values", [[0.0, 1.0], [0.0] * 99 + [1.0], [1.0] * 20 + [0.0], [1e-9, 2e-9, 3e-9]]
)
def test_every_interval_is_finite_and_holds_its_mean(values: list[float]) -> None:
    (cell,) = mean_intervals(alone(np.array(values)[:, None]), 200, 0.95, 1)
    assert cell["low"] <= cell["mean"] <= cell["high"]  # type: ignore[operator]
    assert cell["low"] < cell["high"]  # type: ignore[operator]


def test_the_median_of_the_waits_has_an_interval_too() -> None:
    cell = quantile_interval(np.arange(1.0, 22.0), range(21), 0.5, 500, 0.95, 1)
    assert cell["mean"] == 11.0
    assert cell["low"] < 11 < cell["high"]  # type: ignore[operator]
    assert cell["n"] == 21


def test_a_quantile_that_no_single_ticket_moves_has_an_interval_all_the_same() -> None:
    cell = quantile_interval(np.array([0.1] * 30 + [0.2] * 5), range(35), 0.5, 500, 0.95, 1)
    assert (cell["low"], cell["mean"], cell["high"]) == (0.1, 0.1, 0.1)


def test_equal_weights_give_the_plain_mean_and_its_interval() -> None:
    values = np.random.default_rng(1).normal(size=80)
    (plain,) = mean_intervals(alone(values[:, None]), 500, 0.95, 1)
    weights = np.full((80, 1), 0.3)
    (weighted,) = mean_intervals(clustered(values[:, None], range(80), weights), 500, 0.95, 1)
    assert weighted == pytest.approx(plain)


def test_what_weighs_nothing_may_lack_a_number() -> None:
    values = np.array([[1.0, float("nan"), 0.0, 0.0]]).T
    weights = np.array([[1.0, 0.0, 0.5, 0.5]]).T
    (cell,) = mean_intervals(clustered(values, range(4), weights), 200, 0.95, 1)
    assert (cell["mean"], cell["n"]) == (0.5, 3)


@pytest.mark.parametrize("alternative", ["two-sided", "greater"])
def test_few_tickets_have_scipys_exact_p(alternative: str) -> None:
    gains = np.array([0.5, 1.0, -0.25, 2.0, 0.0, 1.5, -1.0, 0.75])
    theirs = stats.permutation_test(
        (gains,), mean, permutation_type="samples", alternative=alternative, vectorized=True
    ).pvalue
    (p,) = p_values(alone(gains[:, None]), 9999, 1, alternative)  # type: ignore[arg-type]
    assert p == pytest.approx(theirs, abs=1e-12)


def test_many_tickets_have_scipys_p_within_the_error_of_drawing() -> None:
    gains = np.random.default_rng(2).choice([-1.0, 0.0, 1.0], p=[0.1, 0.75, 0.15], size=200)
    theirs = stats.permutation_test(
        (gains,), mean, permutation_type="samples", vectorized=True, batch=500,
        rng=np.random.default_rng(7),
    ).pvalue  # fmt: skip
    (p,) = p_values(alone(gains[:, None]), 9999, 1, "two-sided")
    assert 0.01 < theirs < 0.9
    assert p == pytest.approx(theirs, abs=4 * math.sqrt(2 * theirs * (1 - theirs) / 9999))


def test_paired_yes_and_no_have_the_p_of_mcnemars_exact_test() -> None:
    gains = np.array([1.0] * 9 + [-1.0] * 2 + [0.0] * 60)
    exact = stats.binomtest(9, 11).pvalue
    (p,) = p_values(alone(gains[:, None]), 99999, 1, "two-sided")
    assert p == pytest.approx(exact, abs=0.003)


def test_no_difference_at_all_has_p_1_and_no_number_none() -> None:
    columns = np.stack([np.zeros(30), np.full(30, np.nan)], axis=1)
    assert p_values(alone(columns), 999, 1, "two-sided") == [1.0, None]


def test_a_ticket_without_a_number_changes_no_p() -> None:
    gains = np.array([0.5, 1.0, 0.25, 2.0, 1.5])
    (by_itself,) = p_values(alone(gains[:, None]), 999, 1, "greater")
    (beside,) = p_values(alone(np.append(gains, [np.nan, np.nan])[:, None]), 999, 1, "greater")
    assert by_itself == beside == 1 / 32


def test_holms_correction_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_a_test_that_could_not_be_made_counts_in_the_family() -> None:
    assert holm([0.01, None, 0.02]) == pytest.approx([0.03, None, 0.04])


def test_the_level_of_the_next_claim_grows_with_the_claims_made() -> None:
    assert level_left([0.001, 0.5, None, 0.2], 0.06) == pytest.approx(0.02)
    assert level_left([0.001, 0.01], 0.05) == 0.05


def test_three_tickets_alike_do_not_show_that_a_candidate_is_not_worse() -> None:
    for bounded in (True, False):
        (few,) = p_not_worse(alone(np.zeros((3, 1))), [0.05], [bounded])
        (many,) = p_not_worse(alone(np.zeros((400, 1))), [0.05], [bounded])
        assert few is not None
        assert many is not None
        assert few > 0.1
        assert many < 0.01


def test_of_seconds_it_is_scipys_t_test_and_what_lacks_a_number_is_left_out() -> None:
    gains = np.random.default_rng(1).normal(size=40)
    theirs = stats.ttest_1samp(gains, -0.3, alternative="greater").pvalue
    column = np.append(gains, [np.nan])
    assert p_not_worse(alone(column[:, None]), [0.3], [False]) == [pytest.approx(theirs)]
    assert p_not_worse(alone(np.full((5, 1), np.nan)), [0.3], [False]) == [None]


def test_worse_by_the_margin_throughout_is_not_shown_to_be_better() -> None:
    assert p_not_worse(alone(np.full((50, 1), -0.3)), [0.3], [False]) == [1.0]


def test_harm_too_rare_to_be_seen_yet_is_not_ruled_out() -> None:
    """A candidate that harms 2 tickets in 100 does no harm in 13 of 100 holdouts of 100 tickets."""
    (p,) = p_not_worse(alone(np.zeros((100, 1))), [0.02], [True])
    assert p is not None
    assert p > 0.05
    assert round(0.98**100, 2) == 0.13


@pytest.mark.parametrize("effect", [0.2, 0.5])
@pytest.mark.parametrize("level", [0.05, 0.0014])
def test_as_many_tickets_as_the_exact_power_of_a_t_test_asks_for(
    effect: float, level: float
) -> None:
    n = tickets_needed(Asked(1.0, effect, level, 0.8, 2, step=0.0), np.empty(0))

    def power(tickets: int) -> float:
        bar = stats.t.isf(level / 2, tickets - 1)
        return float(stats.nct.sf(bar, tickets - 1, effect * math.sqrt(tickets)))

    assert power(n + 2) >= 0.8
    assert power(n - 3) < 0.8


def test_who_has_been_unlucky_so_far_needs_more_than_who_was_not() -> None:
    asked = Asked(0.5, 0.05, 0.01, 0.8, 2, step=0.0)
    draw = np.tile([0.5, -0.5], 200)
    from_nothing = tickets_needed(asked, np.empty(0))
    as_planned = tickets_needed(asked, draw + 0.05)
    unlucky = tickets_needed(asked, draw)
    assert as_planned < from_nothing < unlucky + 400


def test_without_spread_it_takes_as_many_tickets_as_a_permutation_test_can_speak_with() -> None:
    asked = Asked(0.0, 0.1, 0.001, 0.8, 2, step=0.0)
    assert tickets_needed(asked, np.empty(0)) >= 11
    assert tickets_needed(asked, np.zeros(9)) >= 2
