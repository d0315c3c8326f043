"""Companies by the thousand whose truth is known: how often does `decide` claim what is not so?

    .venv/bin/python -m pytest -m slow -n0 -s tests/test_decide_simulation.py

Scores look as they do in a run: shares of facts agreed that are mostly 0 or 1 and missing for some
tickets, violations that are rare, a bounded tone, waits and dollars with long tails, hardly any
draft held back. A ticket that is hard is hard for every candidate. -s shows the figures.
"""

from collections.abc import Callable

import numpy as np
import pytest

from tasks.decide.compare import outcome
from tasks.decide.lookout import gain_lookout, harm_lookout
from tasks.decide.params import DecideParams
from tasks.statistics.clusters import Clustered, clustered
from tasks.statistics.holm import holm
from tasks.statistics.margin import p_not_worse
from tasks.statistics.permutation import p_values

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

RUNS = 1000
Draw = np.random.Generator
Floats = np.ndarray
# (runs, tickets, candidates): what one dimension says of each
Scores = Callable[[Draw, tuple[int, int, int]], Floats]


def accuracy(draw: Draw, shape: tuple[int, int, int]) -> Floats:
    """F1 of facts: 0, 1 or between, by how hard a ticket is; one in fourteen has no facts."""
    runs, tickets, _ = shape
    easy = draw.beta(2, 1, (runs, tickets, 1))
    scores = np.where(draw.random(shape) < easy, 1.0, 0.0)
    partly = draw.random(shape) < 0.15
    scores[partly] = draw.choice([0.5, 2 / 3, 0.8], partly.sum())
    scores[draw.random((runs, tickets)) < 1 / 14] = np.nan
    return scores


def compliance(draw: Draw, shape: tuple[int, int, int]) -> Floats:
    return (draw.random(shape) < 0.97).astype(float)


def tone(draw: Draw, shape: tuple[int, int, int]) -> Floats:
    ticket = draw.normal(0, 0.7, (*shape[:2], 1))
    return 1 / (1 + np.exp(-(1.5 + ticket + draw.normal(0, 0.8, shape))))


def latency(draw: Draw, shape: tuple[int, int, int]) -> Floats:
    """A long tail, and only 20 tickets were timed."""
    seconds = np.exp(draw.normal(0, 0.4, (*shape[:2], 1)) + draw.normal(0, 0.8, shape))
    seconds[:, 20:] = np.nan
    return seconds


def cost(draw: Draw, shape: tuple[int, int, int]) -> Floats:
    return 0.002 * np.exp(draw.normal(0, 0.5, (*shape[:2], 1)) + draw.normal(0, 1.0, shape))


def abstention(draw: Draw, shape: tuple[int, int, int]) -> Floats:
    return (draw.random(shape) < 0.04).astype(float)


DIMENSIONS: dict[str, Scores] = {
    "accuracy": accuracy,
    "compliance": compliance,
    "tone": tone,
    "latency": latency,
    "cost": cost,
    "abstention": abstention,
}


def params(effect: float, margin: float) -> DecideParams:
    dimension = {"column": "x", "margin": margin}
    constraints = {"max_p95_seconds": None, "max_usd_per_1000": None, "min_compliance": None}
    return DecideParams.from_values(
        {
            "champion": "champion",
            "primary": "accuracy",
            "effect": effect,
            "alpha": 0.05,
            "power": 0.8,
            "resamples": 100,
            "permutations": 9999,
            "dimensions": dict.fromkeys(DIMENSIONS, dimension),
            "constraints": constraints,
            "slices": [],
            "largest_slices": 1,
            "small_slice": 1,
        }
    )


def alone(columns: Floats) -> Clustered:
    """Every ticket of a customer of its own."""
    return clustered(columns, range(len(columns)))


def told_apart(gains: list[Floats], permutations: int = 9999) -> float:
    """The share of runs with a claim of `better` or `worse`; `gains`: (tickets, runs) each."""
    runs = gains[0].shape[1]
    tests = [p_values(alone(column), permutations, 1, "two-sided") for column in gains]
    false = 0
    for run in range(runs):
        adjusted = holm([column[run] for column in tests])
        said = [
            outcome(float(np.nanmean(column[:, run])), p, 1.0, 0.05)
            for column, p in zip(gains, adjusted, strict=True)
        ]
        false += any(word in ("better", "worse") for word in said)
    return false / runs


@pytest.mark.parametrize("tickets", [30, 200])
def test_two_equal_candidates_are_told_apart_in_at_most_one_run_in_twenty(tickets: int) -> None:
    draw = np.random.default_rng(3101)
    gains = []
    for scores in DIMENSIONS.values():
        both = scores(draw, (RUNS, tickets, 2))
        gains.append((both[..., 1] - both[..., 0]).T)
    rate = told_apart(gains)
    print(f"\ntwo equal candidates, {tickets} tickets, 6 dimensions: told apart {rate:.1%}")
    assert rate <= 0.05


def test_so_it_is_for_four_challengers_of_one_champion() -> None:
    draw = np.random.default_rng(3102)
    gains = []
    for scores in DIMENSIONS.values():
        all_five = scores(draw, (RUNS, 150, 5))
        gains += [(all_five[..., place] - all_five[..., 0]).T for place in range(1, 5)]
    rate = told_apart(gains)
    print(f"\nfour challengers as good as the champion: one told apart {rate:.1%}")
    assert rate <= 0.05


def test_so_it_is_where_one_candidate_is_as_good_but_far_more_uneven() -> None:
    """Exchanged, the two would be told by their shapes: the test is not exact, and yet holds."""
    draw = np.random.default_rng(3103)
    shape = (RUNS, 300)
    gains = [
        draw.beta(8, 2, shape) - draw.choice([0.0, 1.0], shape, p=[0.2, 0.8]),
        draw.exponential(1.0, shape) - draw.normal(1.0, 0.1, shape),
        draw.choice([0.5, 1.0], shape) - (draw.random(shape) < 0.75),
    ]
    rate = told_apart([column.T for column in gains])
    print(f"\nequal means, unequal shapes: told apart {rate:.1%}")
    # three tests that hold asymptotically: 5 %, and twice the error of 1,000 runs
    assert rate <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / RUNS)


# How gains are drawn, whether scores lie in 0 to 1, and in how many runs harm may pass, as
# tasks/statistics/margin.py counts it out. The mean gain is -0.02 in each.
HARMFUL: dict[str, tuple[Callable[[Draw, tuple[int, int]], Floats], bool, float]] = {
    "one violation in 100 becomes three": (
        lambda draw, shape: draw.choice([-1.0, 0.0, 1.0], shape, p=[0.03, 0.96, 0.01]),
        True,
        0.053,
    ),
    "two violations in 100 where there was none": (
        lambda draw, shape: draw.choice([-1.0, 0.0], shape, p=[0.02, 0.98]),
        True,
        0.065,
    ),
    "a tone a little lower": (
        lambda draw, shape: draw.beta(7, 3, shape) - draw.beta(7, 3, shape) - 0.02,
        True,
        0.053,
    ),
    "dearer, with a long tail": (
        lambda draw, shape: np.exp(draw.normal(0, 1, shape)) - draw.lognormal(0, 1, shape) - 0.02,
        False,
        0.05,
    ),
}


@pytest.mark.parametrize("name", HARMFUL)
@pytest.mark.parametrize("tickets", [100, 300])
def test_harm_as_large_as_the_margin_passes_as_not_worse_in_one_run_in_twenty(
    name: str, tickets: int
) -> None:
    gains_of, bounded, most = HARMFUL[name]
    gains = gains_of(np.random.default_rng(3104), (tickets, RUNS))
    p = np.array(p_not_worse(alone(gains), [0.02] * RUNS, [bounded] * RUNS), float)
    print(f"\n{name}, {tickets} tickets: passes as not worse {np.mean(p <= 0.05):.1%}")
    assert np.mean(p <= 0.05) <= most + 2 * np.sqrt(most * (1 - most) / RUNS)


def yes_or_no(draw: Draw, shape: tuple[int, int], gain: float) -> Floats:
    easy = (1 - gain) * draw.beta(2, 1, shape)
    better, worse = draw.random(shape) < easy + gain, draw.random(shape) < easy
    return better.astype(float) - worse


def between(draw: Draw, shape: tuple[int, int], gain: float) -> Floats:
    return gain + (1 - gain) * (draw.beta(1.2, 0.5, shape) - draw.beta(1.2, 0.5, shape))


def skewed_and_missing(draw: Draw, shape: tuple[int, int], gain: float) -> Floats:
    """A challenger that is rarely but then much better; one ticket in ten has no number."""
    gains = draw.choice([0.0, 1.0, -0.2], shape, p=[0.8 - gain, 0.04 + gain, 0.16])
    gains = gains - 0.008  # 0.04 * 1 - 0.16 * 0.2
    gains[draw.random(shape) < 0.1] = np.nan
    return gains


@pytest.mark.parametrize("gains_of", [yes_or_no, between, skewed_and_missing])
@pytest.mark.parametrize("tickets", [60, 200])
def test_as_many_tickets_as_need_asks_for_find_a_gain_as_often_as_it_promised(
    gains_of: Callable[[Draw, tuple[int, int], float], Floats], tickets: int
) -> None:
    """The first look finds nothing; the second, with the tickets asked for, does: in 8 of 10."""
    asked = params(effect=0.08, margin=0.02)
    draw = np.random.default_rng(3105)
    others = len(DIMENSIONS) - 1
    first = gains_of(draw, (tickets, 2 * RUNS), asked.effect)
    p = np.array(p_values(alone(first), asked.permutations, 1, "two-sided"), float)
    # the five other dimensions of the family show nothing
    unlucky = first[:, p * (others + 1) > asked.alpha][:, :RUNS]
    assert unlucky.shape[1] >= RUNS / 2
    family = {"c": {name: {"p_holm": 1.0} for name in DIMENSIONS}}
    looks = [gain_lookout(column, range(len(column)), family, asked) for column in unlucky.T]
    needing = [place for place, look in enumerate(looks) if not look.enough]
    longest = max(looks[place].more for place in needing)
    later = gains_of(draw, (2 * longest, len(needing)), asked.effect)
    for column, place in enumerate(needing):
        # `more` are tickets with a number
        numbered = np.cumsum(np.isfinite(later[:, column]))
        later[numbered > looks[place].more, column] = np.nan
    second = np.vstack([unlucky[:, needing], later])
    p = np.array(p_values(alone(second), asked.permutations, 2, "two-sided"), float)
    found = float(np.mean(p * (others + 1) <= asked.alpha))
    more = sorted(looks[place].more for place in needing)
    print(
        f"\n{gains_of.__name__}, {tickets} tickets: {len(needing)} of {unlucky.shape[1]} need "
        f"more, {more[len(more) // 2]:,} by the median; then found {found:.1%}, promised 80 %"
    )
    assert found == pytest.approx(asked.power, abs=0.05)


def as_compliant(draw: Draw, shape: tuple[int, int]) -> Floats:
    return draw.choice([-1.0, 0.0, 1.0], shape, p=[0.02, 0.96, 0.02])


def as_fast(draw: Draw, shape: tuple[int, int]) -> Floats:
    return 0.5 * (draw.lognormal(0, 0.5, shape) - draw.lognormal(0, 0.5, shape))


@pytest.mark.parametrize(("gains_of", "name"), [(as_compliant, "compliance"), (as_fast, "latency")])
@pytest.mark.parametrize("tickets", [60, 200])
def test_as_many_as_need_asks_for_show_that_an_equal_candidate_is_not_worse(
    gains_of: Callable[[Draw, tuple[int, int]], Floats], name: str, tickets: int
) -> None:
    asked = params(effect=0.08, margin=0.05)
    draw = np.random.default_rng(3106)
    tests, bounded = len(DIMENSIONS), name == "compliance"
    first = gains_of(draw, (tickets, RUNS))
    p = np.array(p_not_worse(alone(first), [0.05] * RUNS, [bounded] * RUNS), float)
    unlucky = first[:, p * tests > asked.alpha]
    family = {"c": {name: {"p_not_worse_holm": 1.0} for name in DIMENSIONS}}
    looks = [
        harm_lookout(column, range(len(column)), name, 0.05, family, asked) for column in unlucky.T
    ]
    again = [
        np.concatenate([column, gains_of(draw, (look.more, 1))[:, 0]])
        for column, look in zip(unlucky.T, looks, strict=True)
        if not look.enough
    ]
    p = np.array([p_not_worse(alone(c[:, None]), [0.05], [bounded])[0] for c in again], float)
    shown = float(np.mean(p * tests <= asked.alpha))
    more = sorted(len(column) - tickets for column in again)
    print(
        f"\n{name}, {tickets} tickets: {len(again)} of {RUNS} need more, "
        f"{more[len(more) // 2]:,} by the median; then shown {shown:.1%}, promised 80 %"
    )
    # whose violations were many by chance is told to need more than it does: the promise is kept,
    # and more than kept
    assert shown >= asked.power - 0.05
    assert shown <= asked.power + (0.1 if bounded else 0.05)
