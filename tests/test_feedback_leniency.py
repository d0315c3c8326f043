"""What is found of agents whose leniency is known, and what it does to versions and weights."""

from statistics import fmean

import pytest

from tasks.feedback.leniency import Leniency, Told, leniency
from tests.agents import Office
from tests.agents_table import measured


def corrected(found: Leniency) -> dict[str, float]:
    return {version: float(numbers.mean()) for version, numbers in found.corrected.items()}


def raw(told: list[Told]) -> dict[str, float]:
    versions = {one.version for one in told}
    return {v: fmean(one.accepted for one in told if one.version == v) for v in versions}


def test_corrected_acceptance_is_nearer_the_truth_where_the_lenient_get_one_version() -> None:
    errors: dict[str, list[float]] = {"raw": [], "corrected": []}
    for seed in range(4):
        told, truth = Office(seed).answers(1000)
        for name, shares in (("raw", raw(told)), ("corrected", corrected(leniency(told)))):
            errors[name] += [abs(shares[f"{version}"] - true) for version, true in enumerate(truth)]
    assert fmean(errors["raw"]) > 0.06
    assert fmean(errors["corrected"]) < fmean(errors["raw"]) / 2


@pytest.mark.slow
def test_corrected_acceptance_is_nearer_the_truth_over_many_offices() -> None:
    """As docs/feedback.md tells it."""
    confounded = measured(1500, 60)
    assert confounded["corrected"] < confounded["raw"] / 4
    assert confounded["corrected held"] > 0.8
    by_lot = measured(1500, 60, confounded=False)
    assert by_lot["corrected"] <= by_lot["raw"] * 1.05
    assert by_lot["corrected held"] > 0.9
    alike = measured(300, 60, spread=0.0)
    assert alike["corrected"] < alike["raw"] * 1.05
    assert measured(40, 60)["untouched"] > 0.85


def test_confounding_turns_the_order_of_versions_and_correction_turns_it_back() -> None:
    told, truth = Office(3).answers(1500)
    was, became = raw(told), corrected(leniency(told))
    assert truth[0] < truth[1]
    assert was["0"] > was["1"]
    assert became["0"] < became["1"]


@pytest.mark.parametrize("seed", range(4))
def test_few_answers_correct_nothing(seed: int) -> None:
    told, _ = Office(seed).answers(12)
    found = leniency(told)
    assert (found.agents, found.topics) == (0.0, 0.0)
    assert corrected(found) == pytest.approx(raw(told), abs=0.02)
    for one in told:
        assert found.weight(one.agent, one.accepted, 9.0) == pytest.approx(1.0)


def test_a_yes_from_who_always_says_yes_says_little_and_so_with_edits() -> None:
    told = [
        Told("1", agent, "returns", number < yes)
        for agent, yes in {"always": 40, "half": 20, "never": 0}.items()
        for number in range(40)
    ]
    found = leniency(told)
    weights = {
        (agent, accepted): found.weight(agent, accepted, 2.0)
        for agent in ("always", "half", "never")
        for accepted in (True, False)
    }
    assert weights["half", True] == pytest.approx(1.0, abs=0.05)
    assert weights["always", True] < 0.2 > weights["never", False]
    assert weights["always", False] > 1.5 < weights["never", True]
    assert max(found.weight("never", True, most) for most in (1.0, 1.2)) == 1.2


def test_an_agent_with_one_answer_is_nearly_the_average_one() -> None:
    told, _ = Office(1).answers(600)
    found = leniency([*told, Told("0", "new", "topic-1", True)])
    assert abs(found.accepts["new"] - found.average) < 0.15
    assert found.weight("stranger", True, 2.0) == found.weight(None, True, 2.0) == 1.0


def test_agents_are_not_blamed_for_hard_topics_or_bad_versions() -> None:
    """Two agents alike; one is handed the bad version's drafts on the hard topic."""
    office = Office(2, agents=8, spread=0.0, versions=(-1.5, 1.5), confounded=False)
    told, _ = office.answers(600)
    mine = [one for one in told if one.version == "0"][:40]
    found = leniency([*told, *(one._replace(agent="unlucky") for one in mine)])
    assert fmean(one.accepted for one in mine) < 0.3
    assert abs(found.accepts["unlucky"] - found.average) < 0.05


@pytest.mark.parametrize("accepted", [True, False])
def test_answers_that_are_all_alike_tell_nothing_of_agents(accepted: bool) -> None:
    found = leniency([Told("1", f"agent-{number % 2}", None, accepted) for number in range(9)])
    assert found.accepts == {}
    assert corrected(found) == {"1": float(accepted)}
    assert found.weight("agent-1", accepted, 2.0) == 1.0
    assert leniency([]).corrected == {}


def test_who_answers_and_on_what_may_be_unknown() -> None:
    told, _ = Office(4).answers(300)
    found = leniency([one._replace(agent=None, topic=None) for one in told])
    assert (found.agents, found.topics) == (0.0, 0.0)
    assert corrected(found) == pytest.approx(raw(told), abs=1e-3)
