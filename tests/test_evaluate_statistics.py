import numpy as np
import pytest
from scipy.stats import bootstrap

from tasks.evaluate.bootstrap import mean_intervals, quantile_interval
from tasks.evaluate.cases import Case
from tasks.evaluate.metrics import chrf, rouge_l, similarity


def case(human: str) -> Case:
    return Case("T-1", "?", human, (), False, frozenset(), False)


def test_the_interval_is_scipys_percentile_interval() -> None:
    values = np.random.default_rng(1).normal(size=150)
    (ours,) = mean_intervals(values[:, None], resamples=8000, confidence=0.95, seed=3)
    theirs = bootstrap(
        (values,), np.mean, n_resamples=8000, method="percentile", rng=np.random.default_rng(3)
    ).confidence_interval
    assert ours["low"] == pytest.approx(theirs.low, abs=0.01)
    assert ours["high"] == pytest.approx(theirs.high, abs=0.01)
    assert ours["mean"] == pytest.approx(values.mean(), abs=1e-5)


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    draws = np.random.default_rng(5).exponential(size=(60, 400))
    cells = mean_intervals(draws, resamples=600, confidence=0.9, seed=1)
    covered = np.mean([cell["low"] <= 1.0 <= cell["high"] for cell in cells])
    assert 0.80 < covered < 0.97


def test_columns_share_their_resamples_so_that_a_constant_gap_has_no_width() -> None:
    values = np.random.default_rng(1).normal(size=50)
    gap = (values + 2) - values
    (cell,) = mean_intervals(gap[:, None], 200, 0.95, 1)
    assert cell["low"] == cell["high"] == 2.0
    low, high = mean_intervals(np.stack([values, values + 2], axis=1), 200, 0.95, 1)
    assert high["low"] - low["low"] == pytest.approx(2, abs=2e-5)


def test_what_says_nothing_is_left_out_of_mean_and_n() -> None:
    values = np.array([1.0, np.nan, 3.0, np.nan])
    (cell,) = mean_intervals(values[:, None], 300, 0.95, 1)
    assert (cell["mean"], cell["n"]) == (2.0, 2)
    assert (cell["low"], cell["high"]) == (1.0, 3.0)


def test_the_median_of_the_waits_has_an_interval_too() -> None:
    cell = quantile_interval(np.arange(1.0, 22.0), 0.5, 500, 0.95, 1)
    assert cell["mean"] == 11.0
    assert cell["low"] < 11 < cell["high"]
    assert cell["n"] == 21


def test_the_humans_own_words_score_full_marks_and_others_less() -> None:
    human = "Ahoy! You have 30 days."
    for metric, full in ((chrf, 100), (rouge_l, 1)):
        same, other, none = metric([human, "Nothing alike", ""], [case(human)] * 3)
        assert same == pytest.approx(full)
        assert none == 0 <= other < full / 2  # type: ignore[operator]


def test_rouge_reads_words_that_are_not_english() -> None:
    assert rouge_l(["Größe prüfen"], [case("Größe prüfen")]) == [pytest.approx(1)]
    assert rouge_l(["返品"], [case("返品")]) == [pytest.approx(1)]


def test_similarity_is_a_cosine_and_zero_for_an_empty_draft() -> None:
    class Letters:
        """Counts of the letters a to z, as unit vectors."""

        def embed(self, texts: list[str]) -> np.ndarray:
            counts = np.array([[text.count(chr(97 + n)) for n in range(26)] for text in texts])
            return counts / np.linalg.norm(counts, axis=1, keepdims=True)

    score = similarity(Letters())  # type: ignore[arg-type]
    assert score(["abc", "xyz", ""], [case("cab")] * 3) == [pytest.approx(1), 0.0, 0.0]
