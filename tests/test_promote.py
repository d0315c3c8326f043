"""Promotion: pure gates, and the alias in a real SQLite store with a tiny real model."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from drafter.errors import PromotionRefused
from drafter.tables import write_text
from drafter.versions import CHALLENGER, CHAMPION, FORGOTTEN_TAG
from tasks.paths import Paths
from tasks.promote.command import main
from tasks.promote.gates import Evidence, held_against
from tasks.promote.params import GatesParams, Params
from tasks.promote.run import check_challenger, promote
from tasks.register.run import register
from tasks.regressions.check import Outcome
from tasks.versions import Registry
from tests.registered import PARAMS, REGISTER, curation, root_to_register

GATES = {
    "at_least": {"grounded": 0.9},
    "at_most": {"outdated": 0.05},
    "judged": 0.5,
    "canary": "if_run",
    "approval": False,
    "approval_hours": 24,
}


def gates(**changes: Any) -> GatesParams:
    return GatesParams.from_values(GATES | changes)


def params(**changes: Any) -> Params:
    return Params.from_values({"gates": GATES | changes, "register": REGISTER})


def scorecard(grounded: float | None = 0.95, outdated: float = 0.0) -> dict[str, Any]:
    cells = {"grounded": {"mean": grounded}, "outdated": {"mean": outdated}}
    return {"candidates": {"sft-rag": cells}}


def decision(verdict: str = "promote", why: str = "better") -> dict[str, Any]:
    return {"champion": "nearest", "verdicts": {"sft-rag": {"verdict": verdict, "why": why}}}


def judged(rate: float | None, error: float | None) -> dict[str, Any]:
    told = {"n": 0} if rate is None else {"win_rate": {"mean": rate}, "margin_widening": error}
    return {"judge": "openai:/j", "why": "prose", "challengers": {"sft-rag": told}}


def evidence(**changes: Any) -> Evidence:
    known: dict[str, Any] = {
        "candidate": "sft-rag",
        "scorecard": scorecard(),
        "decision": decision(),
        "curation": curation(0.4),
        "judge": None,
        "canary": None,
    }
    return Evidence(**(known | changes))


def refusals(*what: Any) -> list[str]:
    return [gate.refusal for gate in held_against(*what) if gate.refusal]


def test_a_version_that_shows_all_is_not_refused() -> None:
    shown = evidence(judge=judged(0.6, 0.08), canary={"extracted": 0, "planted": 40})
    assert refusals(shown, [Outcome("T-1", "it was wrong", [])], gates()) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scorecard": scorecard(grounded=0.81)}, "grounded 0.81 < 0.9 (params.yaml gates.at_lea"),
        ({"scorecard": scorecard(grounded=None)}, "grounded: the scorecard has no value for it"),
        ({"scorecard": scorecard(outdated=0.2)}, "outdated 0.2 > 0.05 (params.yaml gates.at_most"),
        ({"decision": decision("need", "40 more tickets")}, "the verdict on sft-rag is need: 40 m"),
        ({"candidate": "nearest"}, "nearest is what the others were compared with"),
        ({"decision": None}, "its evidence has no decision.json"),
        ({"curation": curation(0.9)}, "leakage: max_similarity 0.9 > 0.7"),
        (
            {"judge": judged(0.55, 0.08)},
            "judge: win rate 0.55 less the judge's own error 0.08 < 0.5",
        ),
        ({"judge": judged(None, None)}, "judge: nothing was concluded of sft-rag (prose)"),
        ({"canary": {"extracted": 2, "planted": 40}}, "canary: 2 of 40 planted secrets"),
    ],
)
def test_each_gate_refuses_with_the_value_the_limit_and_its_place(
    changes: dict[str, Any], said: str
) -> None:
    assert any(reason.startswith(said) for reason in refusals(evidence(**changes), [], gates()))


def test_a_canary_that_was_not_run_refuses_only_where_it_is_required() -> None:
    assert refusals(evidence(), [], gates(canary="if_run")) == []
    assert refusals(evidence(), [], gates(canary="required")) == [
        "the canary test was not run (params.yaml gates.canary): `make canary`"
    ]


def test_a_person_sees_each_gate_with_what_was_asked_and_found() -> None:
    shown = held_against(evidence(), [Outcome("T-1", "it was wrong", ["says 31"])], gates())
    by_name = {gate.name: gate for gate in shown}
    assert {"verdict", "leakage", "canary", "regression T-1"} <= set(by_name)
    limits = gates()
    for metric in (*limits.at_least, *limits.at_most):
        assert by_name[metric].found
        assert by_name[metric].asked.startswith("at ")
    assert [gate.name for gate in shown if gate.refusal] == ["regression T-1"]


def test_all_reasons_are_told_at_once() -> None:
    outcomes = [Outcome("T-1", "why", ["does not say '30 days'"]), Outcome("T-2", "why", [])]
    found = refusals(evidence(decision=decision("keep", "worse")), outcomes, gates())
    assert len(found) == 2
    assert found[-1] == "regression T-1: does not say '30 days'"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """A root whose one candidate, `base`, may be registered and promoted."""
    return root_to_register(tmp_path)


def store_and(paths: Paths, **limits: Any) -> tuple[Params, Registry]:
    register(PARAMS, paths)
    return params(at_least={"grounded": 0.9}, at_most={}, **limits), Registry(paths)


def pin(paths: Paths, must_say: str) -> None:
    ticket = {"subject": None, "at": "2026-01-01T00:00:00+00:00"}
    ticket["messages"] = [{"role": "customer", "text": "Where is it?"}]  # type: ignore[assignment]
    entry = {"name": "T-1", "why": "it was", "ticket": ticket, "must_say": [must_say]}
    entry |= {"must_not_say": [], "must_cite": []}
    write_text(paths.regressions, json.dumps({"regressions": [entry]}))


def test_the_alias_moves_once_and_the_version_says_why_and_by_whom(paths: Paths) -> None:
    settings, registry = store_and(paths, approval=True)
    checked = check_challenger(settings, paths)
    assert checked.sentence == "models:/support-drafter/1 passes all gates"
    with pytest.raises(PromotionRefused, match=r"asks for a person's yes"):
        promote(settings, paths, None)
    assert registry.at("support-drafter", CHAMPION) is None
    promote(settings, paths, "the team lead")
    champion = registry.at("support-drafter", CHAMPION)
    assert champion is not None
    assert champion.number == "1"
    assert champion.tags["replymill.gates"] == "passed"
    assert champion.tags["replymill.approved_by"] == "the team lead"
    first = champion.tags["replymill.promoted_at"]
    again = promote(settings, paths, None)
    assert again.sentence == "models:/support-drafter/1 is the champion already"
    assert registry.at("support-drafter", CHAMPION).tags["replymill.promoted_at"] == first  # type: ignore[union-attr]
    assert registry.evidence(champion, "gates.json")["refusals"] == []  # type: ignore[index]


def test_a_broken_contract_keeps_the_champion_where_it_is(paths: Paths) -> None:
    settings, registry = store_and(paths)
    promote(settings, paths, None)
    write_text(paths.root / "dvc.lock", "schema: '2.0'\nstages: {}\n")
    store_and(paths)
    pin(paths, "words that a model of no training never writes")
    with pytest.raises(
        PromotionRefused,
        match=r"models:/support-drafter/2 is refused: regression T-1: does not say .*; "
        r"the champion stays at models:/support-drafter/1",
    ):
        promote(settings, paths, None)
    champion = registry.at("support-drafter", CHAMPION)
    challenger = registry.at("support-drafter", CHALLENGER)
    assert champion is not None
    assert challenger is not None
    assert (champion.number, challenger.number) == ("1", "2")
    assert challenger.tags["replymill.regressions"] == "0 of 1 kept"
    assert challenger.tags["replymill.gates"].startswith("refused: regression T-1")


def test_who_learned_from_a_forgotten_customer_is_refused_though_its_adapter_is_gone(
    paths: Paths,
) -> None:
    settings, registry = store_and(paths)
    registry.tag(registry.numbered("support-drafter", "1"), {FORGOTTEN_TAG: "2026-03-01: 1 ticket"})
    shutil.rmtree(paths.var / "mlflow/artifacts/models")
    with pytest.raises(PromotionRefused, match=r"customers who were forgotten \(2026-03-01"):
        promote(settings, paths, None)
    assert registry.at("support-drafter", CHAMPION) is None


def test_without_a_challenger_it_says_what_registers_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_text(tmp_path / "params.yaml", json.dumps({"gates": GATES, "register": REGISTER}))
    assert main(["--root", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "support-drafter has no version called challenger: `make run` registers one" in said
