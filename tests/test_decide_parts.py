"""Coverage, the interaction and the words, on numbers that can be checked by hand."""

import numpy as np
import polars as pl
import pytest

from tasks.decide.compare import outcome
from tasks.decide.coverage import Drafts, area, coverage, curve, drafts_of
from tasks.decide.interaction import interaction
from tasks.decide.measured import Measured
from tasks.decide.words import level, shown, size
from tests.test_decide import params

NAN = float("nan")


def drafts(accuracy: list[float], rank: list[int], offered: list[bool] | None = None) -> Drafts:
    return Drafts(np.array(accuracy), np.array(rank), np.array(offered or [True] * len(accuracy)))


def test_the_surest_drafts_come_first_and_the_risk_is_that_of_all_so_far() -> None:
    points = curve(drafts([0.0, 1.0, 1.0, 0.0], rank=[3, 0, 1, 2]), tickets=4)
    assert [point["coverage"] for point in points] == [0.25, 0.5, 0.75, 1.0]
    assert [point["risk"] for point in points] == [0.0, 0.0, 0.33333, 0.5]
    assert area(drafts([0.0, 1.0], rank=[1, 0])) == 0.25


def test_drafts_that_nothing_tells_apart_have_one_risk_at_every_coverage() -> None:
    points = curve(drafts([0.0, 1.0, 1.0, 0.0], rank=[0] * 4), tickets=4)
    assert {point["risk"] for point in points} == {0.5}


def test_what_failed_covers_nothing_and_is_no_zero() -> None:
    points = curve(drafts([1.0, NAN, 1.0, NAN], rank=[0] * 4), tickets=4)
    assert points[-1] == {"coverage": 0.5, "risk": 0.0}
    assert curve(drafts([NAN, NAN], rank=[0, 0]), tickets=2) == []


def test_held_back_comes_last_and_without_confidence_after_those_with() -> None:
    rows = pl.DataFrame(
        {
            "abstained": [True, False, False, False, False],
            "confidence": [0.9, None, 0.2, 0.7, 0.8],
            "reason": ["promise", None, None, None, "failed: timeout"],
        }
    )
    found = drafts_of(rows, np.array([1.0, 1.0, 1.0, 1.0, 0.0]))
    assert np.argsort(found.rank).tolist() == [4, 3, 2, 1, 0]
    assert found.offered.tolist() == [False, True, True, True, False]
    assert np.isnan(found.accuracy[4])


def test_all_are_compared_at_the_least_that_any_offers() -> None:
    sure = drafts([1.0, 1.0, 0.0, 0.0], [0, 0, 1, 1], [True, True, False, False])
    ready = drafts([1.0, 0.0, 1.0, 0.0], [0, 1, 2, 3])
    silent = drafts([0.0] * 4, [0] * 4, [False] * 4)
    _, equal = coverage({"sure": sure, "ready": ready, "silent": silent}, "abcd", 100, 0.95, 1)
    assert equal["coverage"] == 0.5
    assert equal["left_out"] == ["silent"]
    assert equal["candidates"]["sure"]["mean"] == 1.0
    assert equal["candidates"]["ready"]["mean"] == 0.5
    assert equal["offered"] == {"sure": 0.5, "ready": 1.0, "silent": 0.0}


def test_what_both_give_beyond_the_sum_of_each_alone() -> None:
    """base .2, rag .5, sft .4: the sum would be .7, and both give .9."""
    tickets = 50
    noise = np.random.default_rng(1).normal(0, 0.01, (tickets, 4))
    values = np.array([0.2, 0.5, 0.4, 0.9]) + noise
    names = [f"T-{number}" for number in range(tickets)]
    four = Measured(names, names, ["base", "rag", "sft", "sft-rag"], {"accuracy": values})
    asked = params(["now"]).decide
    found = interaction(four, "sft", asked, 1)
    assert found is not None
    assert found["accuracy"]["low"] < 0.2 < found["accuracy"]["high"]
    assert found["accuracy"]["p"] < 0.01
    assert found["accuracy"]["n"] == tickets
    assert interaction(four, "dpo", asked, 1) is None


@pytest.mark.parametrize(
    ("gain", "p", "p_not_worse", "word"),
    [
        (0.1, 0.01, 0.01, "better"),
        (-0.1, 0.01, 0.9, "worse"),
        (-0.001, 0.01, 0.01, "not_worse"),
        (0.0, 0.9, 0.01, "not_worse"),
        (0.1, 0.2, 0.2, "unclear"),
        (None, None, None, "unclear"),
    ],
)
def test_one_word_for_two_tests(
    gain: float | None, p: float | None, p_not_worse: float | None, word: str
) -> None:
    assert outcome(gain, p, p_not_worse, alpha=0.05) == word


def test_numbers_are_said_in_the_unit_of_their_dimension() -> None:
    cell = {"mean": -0.031, "low": -0.05, "high": -0.012}
    assert shown("tone", cell) == "-3.1 points [-5.0, -1.2]"
    assert shown("latency", {"mean": 0.25, "low": 0.2, "high": 0.3}) == "+0.25 s [0.20, 0.30]"
    assert shown("cost", {"mean": None, "low": None, "high": None}) == "unknown"
    assert (size("accuracy", 0.03), size("cost", 0.0012)) == ("3.0 points", "0.0012 USD")
    assert (level("accuracy", 0.977), level("latency", 0.25)) == ("97.7 %", "0.25 s")
