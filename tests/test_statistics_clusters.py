"""Tickets of one customer: what they say once, they don't say twice; strangers are as they were."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tasks.decide.lookout import Lookout, gain_lookout, harm_lookout
from tasks.statistics.clusters import clustered, linearised
from tasks.statistics.intervals import mean_intervals, quantile_interval
from tasks.statistics.margin import p_not_worse
from tasks.statistics.permutation import p_values
from tests.deciding import params

NAN = float("nan")
FAMILY: Mapping[str, Any] = {"new": {"accuracy": {"p_holm": 0.5, "p_not_worse_holm": 0.5}}}


def gains(tickets: int = 120, seed: int = 1) -> np.ndarray:
    """Wins, losses and ties, and a few tickets without a number."""
    draw = np.random.default_rng(seed)
    found = draw.choice([-1.0, 0.0, 1.0, 2 / 3], p=[0.2, 0.55, 0.15, 0.1], size=(tickets, 3))
    found[draw.random(found.shape) < 0.05] = NAN
    return found


def looks(columns: np.ndarray, groups: list[Any]) -> list[Lookout]:
    asked = params(["now"]).decide
    return [
        look
        for column in columns.T
        for look in (
            gain_lookout(column, groups, FAMILY, asked),
            harm_lookout(column, groups, "accuracy", 0.02, FAMILY, asked),
            harm_lookout(column, groups, "cost", 0.02, FAMILY, asked),
        )
    ]


def test_a_cluster_is_the_sum_of_its_tickets_and_weighs_as_many_as_have_a_number() -> None:
    columns = np.array([[1.0, NAN], [2.0, NAN], [4.0, 8.0], [NAN, 16.0]])
    found = clustered(columns, ["ann", "bob", "ann", "bob"])
    assert found.sums.tolist() == [[5.0, 8.0], [2.0, 16.0]]
    assert found.weights.tolist() == [[2.0, 1.0], [1.0, 1.0]]
    assert found.tickets.tolist() == [3, 2]


def test_strangers_tickets_are_what_they_were_to_the_last_digit() -> None:
    """Every number beside that of the plain method on the tickets themselves."""
    columns = gains()
    alone = clustered(columns, range(len(columns)))
    assert np.array_equal(alone.sums, np.nan_to_num(columns))
    cells = mean_intervals(alone, 500, 0.95, 3)
    margins, bounded = [0.1, 0.1, 0.1], [True, False, True]
    shown = p_not_worse(alone, margins, bounded)
    for place, column in enumerate(columns.T):
        seen = column[np.isfinite(column)]
        assert np.array_equal(linearised(alone.sums[:, place], alone.weights[:, place]), seen)
        plain = stats.bootstrap(
            (seen[None, :],), np.mean, n_resamples=500, confidence_level=0.95, method="BCa",
            axis=1, rng=np.random.default_rng(3),
        ).confidence_interval  # fmt: skip
        ends = [float(f"{end[0]:.6g}") for end in (plain.low, plain.high)]
        mean = float(f"{seen.mean():.6g}")
        assert cells[place] == {"mean": mean, "low": ends[0], "high": ends[1], "n": len(seen)}
        tested = np.append(seen, [1.0, -1.0, -0.5]) if bounded[place] else seen
        assert shown[place] == float(stats.ttest_1samp(tested, -0.1, alternative="greater").pvalue)


def test_strangers_are_asked_for_as_before_clusters_were_known() -> None:
    """Written down from the version that knew of tickets alone."""
    more = [look.more for look in looks(gains(), list(range(120)))]
    assert more == [366, 6528, 6534, 440, 6280, 6271, 422, 6239, 6232]


def test_a_letter_copied_for_the_same_customer_changes_no_claim() -> None:
    once, groups = gains(), list(range(120))
    twice, both = np.repeat(once, 2, axis=0), [n for n in groups for _ in range(2)]
    one, two = clustered(once, groups), clustered(twice, both)
    for kind in ("two-sided", "greater"):
        assert p_values(one, 999, 1, kind) == p_values(two, 999, 1, kind)  # type: ignore[arg-type]
    margins, bounded = [0.05] * 3, [True, False, True]
    assert p_not_worse(two, margins, bounded) == pytest.approx(p_not_worse(one, margins, bounded))
    for single, double in zip(
        mean_intervals(one, 300, 0.95, 1), mean_intervals(two, 300, 0.95, 1), strict=True
    ):
        assert double == pytest.approx(single | {"n": 2 * single["n"]})  # type: ignore[operator]


def test_and_twice_as_many_letters_are_asked_for_from_half_as_many_customers_each() -> None:
    once, groups = gains(), list(range(120))
    twice, both = np.repeat(once, 2, axis=0), [n for n in groups for _ in range(2)]
    for one, two in zip(looks(once, groups), looks(twice, both), strict=True):
        assert (two.enough, two.more) == (one.enough, pytest.approx(2 * one.more, abs=2))


def test_that_letters_of_a_customer_cancel_is_taken_for_chance_by_who_asks_for_more() -> None:
    """Every customer's two differences add up to the same: no spread at all, were it not chance."""
    column = np.tile([0.6, -0.5], 60)
    asked = params(["now"]).decide
    pairs = np.repeat(range(60), 2).tolist()
    assert np.ptp(clustered(column[:, None], pairs).sums) < 1e-12
    assert not gain_lookout(column, pairs, FAMILY, asked).enough
    assert not gain_lookout(column, range(120), FAMILY, asked).enough


def test_the_mean_is_that_of_the_tickets_and_its_error_that_of_a_ratio_of_sums() -> None:
    draw = np.random.default_rng(4)
    groups = np.repeat(np.arange(40), draw.integers(1, 7, 40))
    values = draw.normal(size=40)[groups] + draw.normal(size=len(groups))
    added = clustered(values[:, None], list(groups))
    sums, sizes = added.sums[:, 0], added.weights[:, 0]
    numbers = linearised(sums, sizes)
    assert numbers.mean() == pytest.approx(values.mean())
    residuals = sums - values.mean() * sizes
    error = np.sqrt(40 / 39 * (residuals**2).sum()) / len(values)
    assert stats.sem(numbers) == pytest.approx(error)
    (p,) = p_not_worse(added, [0.2], [False])
    assert p == pytest.approx(stats.t.sf((values.mean() + 0.2) / error, 39))


def test_the_interval_is_scipys_of_resampled_sums_over_resampled_counts() -> None:
    draw = np.random.default_rng(4)
    groups = np.repeat(np.arange(60), draw.integers(1, 7, 60))
    values = draw.exponential(size=60)[groups]
    added = clustered(values[:, None], list(groups))
    (cell,) = mean_intervals(added, 800, 0.9, 5)

    def ratio(sums: np.ndarray, counts: np.ndarray, axis: int) -> np.ndarray:
        return np.asarray(sums.sum(axis=axis) / counts.sum(axis=axis))

    theirs = stats.bootstrap(
        (added.sums[:, 0], added.weights[:, 0]), ratio, paired=True, n_resamples=800,
        confidence_level=0.9, method="BCa", rng=np.random.default_rng(5),
    ).confidence_interval  # fmt: skip
    assert (cell["low"], cell["high"]) == pytest.approx((theirs.low, theirs.high), rel=1e-5)
    assert (cell["mean"], cell["n"]) == (pytest.approx(values.mean(), rel=1e-5), len(values))


def test_an_interval_over_customers_covers_the_truth_and_one_over_their_letters_does_not() -> None:
    draw = np.random.default_rng(6)
    groups = np.repeat(np.arange(50), draw.integers(1, 7, 50))
    columns = draw.normal(size=(50, 300))[groups]
    covered = [
        np.mean([cell["low"] <= 0 <= cell["high"] for cell in cells])  # type: ignore[operator]
        for cells in (
            mean_intervals(clustered(columns, list(groups)), 400, 0.9, 1),
            mean_intervals(clustered(columns, range(len(groups))), 400, 0.9, 1),
        )
    ]
    assert 0.84 < covered[0] < 0.96
    assert covered[1] < 0.7


def test_signs_are_flipped_for_all_letters_of_a_customer_together() -> None:
    values = np.array([[0.5], [1.0], [0.25], [2.0], [1.5], [-0.5]])
    (p,) = p_values(clustered(values, ["a", "a", "a", "b", "b", "c"]), 999, 1, "greater")
    assert p == 2 / 8
    assert p_values(clustered(values, "aaaaaa"), 999, 1, "greater") == [0.5]


def test_no_number_of_letters_of_three_customers_shows_that_a_candidate_is_not_worse() -> None:
    same, groups = np.full((300, 1), 0.01), [n % 3 for n in range(300)]
    assert p_not_worse(clustered(same, groups), [0.05], [False]) == [1 / 8]


def test_a_quantile_draws_all_letters_of_a_customer_at_once() -> None:
    draw = np.random.default_rng(7)
    groups = np.repeat(np.arange(30), draw.integers(1, 7, 30)).tolist()
    waits = draw.exponential(size=30)[groups]
    over_customers = quantile_interval(waits, groups, 0.5, 500, 0.95, 1)
    over_letters = quantile_interval(waits, range(len(waits)), 0.5, 500, 0.95, 1)
    assert over_customers["mean"] == over_letters["mean"] == pytest.approx(np.median(waits), 1e-5)
    assert over_customers["n"] == len(waits)

    def width(cell: Mapping[str, Any]) -> float:
        return float(cell["high"] - cell["low"])

    assert width(over_customers) > 1.3 * width(over_letters)


def test_of_one_customer_alone_there_is_a_mean_and_no_width() -> None:
    column = np.array([[0.1], [0.2], [0.6]])
    assert mean_intervals(clustered(column, "aaa"), 200, 0.95, 1) == [
        {"mean": 0.3, "low": 0.3, "high": 0.3, "n": 3}
    ]
    assert quantile_interval(column[:, 0], "aaa", 0.5, 200, 0.95, 1) == {
        "mean": 0.2, "low": 0.2, "high": 0.2, "n": 3,
    }  # fmt: skip
