"""Lengths held even: whatever comes in, the mean ratio of what stays is near 1."""

import math
from statistics import fmean

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.preferences.candidate import Candidate, kept
from tasks.preferences.length import even, lengths, log_ratio
from tasks.preferences.params import LengthParams
from tests.factories import retrieved

BOUNDS = LengthParams(same=1.1, most=3.0)


def pairs(sizes: list[tuple[int, int]]) -> list[Candidate]:
    return [
        Candidate.of(retrieved(number), "rivals", chosen="x" * chosen, rejected="x" * rejected)
        for number, (chosen, rejected) in enumerate(sizes)
    ]


SIZES = st.lists(st.tuples(st.integers(1, 400), st.integers(1, 400)), max_size=120)


@settings(max_examples=150, deadline=None)
@given(SIZES)
def test_the_mean_ratio_ends_within_its_bounds(sizes: list[tuple[int, int]]) -> None:
    held = even(pairs(sizes), BOUNDS, seed=7)
    assert len(held) == len(sizes)
    logs = [log_ratio(pair) for pair in kept(held)]
    assert abs(fmean(logs or [0.0])) < math.log(BOUNDS.same) + 1e-9
    assert all(abs(ratio) <= math.log(BOUNDS.most) for ratio in logs)
    assert {pair.reason for pair in held} <= {None, "uneven", "too_unequal"}


@settings(max_examples=50, deadline=None)
@given(SIZES)
def test_the_order_of_the_pairs_decides_nothing(sizes: list[tuple[int, int]]) -> None:
    found = pairs(sizes)
    one, other = even(found, BOUNDS, seed=7), even(found[::-1], BOUNDS, seed=7)
    assert {pair.pair_id for pair in kept(one)} == {pair.pair_id for pair in kept(other)}


def test_longer_is_not_better_where_it_was_four_times_of_five() -> None:
    found = pairs([(150, 100)] * 80 + [(100, 150)] * 20)
    before, after = lengths(found), lengths(kept(even(found, BOUNDS, seed=7)))
    assert before is not None
    assert after is not None
    assert (before["chosen_longer"], after["chosen_longer"]) == (0.8, 0.5)
    assert before["mean"] > 1.25
    assert after == {"pairs": 40, "mean": 1.0, "median": 1.0, "p10": 0.6667, "p90": 1.5} | {
        "chosen_longer": 0.5
    }


def test_where_every_reply_is_longer_only_those_of_like_length_stay() -> None:
    found = pairs([(200, 100)] * 10 + [(104, 100)] * 3)
    assert [one.reason for one in even(found, BOUNDS, seed=7)] == ["uneven"] * 10 + [None] * 3


def test_no_pairs_have_no_ratio() -> None:
    assert lengths([]) is None
    assert even([], BOUNDS, seed=7) == []
