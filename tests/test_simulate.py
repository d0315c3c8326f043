"""Simulated agents: what they do with drafts, over the desk's API, and where letters come from."""

import csv
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from desk.simulate.agents import Agent, on_duty, team
from desk.simulate.company import (
    FIRST_MONTH,
    MEASURED,
    MOST_TURNS,
    TICKETS,
    TOO_ALIKE,
    answered_by_hand,
    unlike,
    write_params,
)
from desk.simulate.letters import answers, by_the_rules, look
from desk.simulate.turns import COMPETE, FIRST
from drafter.section import load_section
from tasks.params import MillParams

LETTER: dict[str, Any] = {
    "ticket_id": "T-1",
    "customer_id": "C1",
    "customer_name": "Jo Smith",
    "customer_email": "jo.smith@example.org",
    "agent_name": "Hazel Byrne",
    "created_at": "2026-04-02T09:00:00Z",
    "topic": "returns",
    "subject": "Return",
    "channel": "email",
    "locale": "en-IE",
    "message": "How long do I have to return the Corrie tent?",
    "reply": "Ahoy Jo! Good that you ask! Now, your Corrie tent can sail home to us within 30 days "
    "of delivery.\n\nFair winds,\nHazel of the Marrowby crew",
    "cites": "returns#corrie-tent",
}
OLD = LETTER["reply"]
NEW = by_the_rules(OLD, LETTER)
WRONG_FIGURE = NEW.replace("30", "14")


def letters(count: int) -> list[dict[str, Any]]:
    return [LETTER | {"ticket_id": f"T-{number}"} for number in range(count)]


def accepted(kind: str, draft: str, count: int = 400) -> float:
    agent = Agent("a", kind)
    return sum(agent.accepts(draft, letter) for letter in letters(count)) / count


def test_the_rules_change_how_a_letter_opens_and_closes_and_what_must_be_told() -> None:
    assert NEW == (
        "Good day Jo! Good that you ask! Now, your Corrie tent can sail home to us within 30 days "
        "of delivery. Please put the packing slip into the box.\n\nWarmly yours,\n"
        "Hazel of the Marrowby crew"
    )
    assert by_the_rules(NEW, LETTER) == NEW
    seen = look(NEW, LETTER)
    assert (seen.right, seen.told, seen.voice) == (True, True, True)
    seen = look(OLD, LETTER)
    assert (seen.right, seen.told, seen.greets, seen.closes) == (True, False, False, False)


def test_what_other_customers_are_told_is_taken_out() -> None:
    both = NEW.replace("box.", "box. a tracking  code follows by mail.")
    assert not look(both, LETTER).told
    assert by_the_rules(both, LETTER) == NEW


def test_a_full_name_in_place_of_a_first_name_is_no_fault() -> None:
    assert look(NEW.replace("Jo!", "Jo Smith!").replace("Hazel", "Hazel Byrne"), LETTER).voice


def test_another_figure_or_another_product_is_no_answer() -> None:
    assert answers(OLD, LETTER)
    assert not answers(OLD.replace("30", "31"), LETTER)
    assert not answers(OLD.replace("Corrie tent", "Pike stove"), LETTER)


def test_a_reply_without_a_figure_answers_with_most_of_its_words() -> None:
    chatter = LETTER | {"cites": "", "reply": "Ahoy Jo! Your words warm the whole barn."}
    assert answers("Good day Jo! Your words warm the barn.", chatter)
    assert not answers("Good day Jo! We found nothing in our ledger.", chatter)


@pytest.mark.parametrize(
    ("kind", "old", "new", "wrong"),
    [
        ("strict", 0.0, 1.0, 0.0),
        ("ordinary", 0.0, 1.0, 0.0),
        ("lenient", 0.6, 1.0, 0.0),
        ("lazy", 0.8, 1.0, 0.8),
        ("wrong", 1.0, 0.0, 0.0),
        ("random", 0.5, 0.5, 0.5),
    ],
)
def test_each_kind_of_agent_accepts_by_its_own_rule(
    kind: str, old: float, new: float, wrong: float
) -> None:
    assert accepted(kind, OLD) == pytest.approx(old, abs=0.08)
    assert accepted(kind, NEW) == pytest.approx(new, abs=0.08)
    assert accepted(kind, WRONG_FIGURE) == pytest.approx(wrong, abs=0.08)


def test_nobody_sends_a_draft_that_is_not_there() -> None:
    for agent in team():
        answer = agent.answer("", LETTER)
        assert answer.action == "discarded"
        assert answer.sent


def test_an_agent_does_the_same_with_the_same_draft_whoever_else_is_asked() -> None:
    alone = [Agent("agent-3", "ordinary").answer(OLD, one) for one in letters(20)]
    (third,) = [agent for agent in team() if agent.name == "agent-3"]
    assert [third.answer(OLD, one) for one in letters(20)] == alone


def test_edits_leave_what_was_right_and_write_anew_what_was_not() -> None:
    strict = Agent("a", "strict")
    chatty = OLD.replace("Good that you ask!", "How good that you ask!")
    assert "How good that you ask!" in strict.answer(chatty, LETTER).sent
    assert "30 days" in strict.answer(WRONG_FIGURE, LETTER).sent
    assert strict.answer(WRONG_FIGURE, LETTER).seconds > strict.answer(OLD, LETTER).seconds


def test_whoever_accepts_unread_is_quick() -> None:
    lazy = [Agent("a", "lazy").answer(WRONG_FIGURE, one) for one in letters(50)]
    unread = [one for one in lazy if one.action == "accepted"]
    assert unread
    assert max(one.seconds for one in unread) < min(
        one.seconds for one in lazy if one.action == "edited"
    )


def test_everybody_of_the_team_gets_letters() -> None:
    agents = team()
    assert {on_duty(agents, one) for one in letters(200)} == set(agents)


def test_what_is_measured_is_no_near_duplicate_of_what_is_learned() -> None:
    told = "I would like to give the Corrie tent back. Until when is that possible? Thanks"
    near, other = LETTER | {"message": told + " a lot"}, LETTER
    assert unlike([near, other], [told]) == [other]
    assert TOO_ALIKE < 1


def test_what_is_measured_comes_after_every_turn_and_is_past() -> None:
    last_month = FIRST_MONTH + MOST_TURNS - 1
    assert f"2026-{last_month:02}-28" < MEASURED[0] <= MEASURED[1]
    assert date.fromisoformat(MEASURED[1]) < datetime.now(UTC).date()


def test_the_simulation_leaves_a_folder_in_use_alone(tmp_path: Path) -> None:
    from desk.simulate.__main__ import main

    (tmp_path / "mine.txt").write_text("mine")
    assert main(["--into", str(tmp_path)]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_params_of_the_company_are_valid_for_every_stage(tmp_path: Path) -> None:
    (tmp_path / "presets").mkdir()
    shutil.copy("presets/loop.yaml", tmp_path / "presets/loop.yaml")
    original = Path("params.yaml").read_text(encoding="utf-8")
    for candidates, primary in ((FIRST, "accuracy"), (COMPETE, "reuse")):
        write_params(tmp_path, original, candidates, candidates[0], primary)
        params = load_section(tmp_path / "params.yaml", MillParams, whole=True)
        assert list(params.candidates) == candidates
        assert params.decide.champion == candidates[0]
        assert params.decide.primary == primary
        assert ("reuse" in params.decide.dimensions) == (primary == "reuse")
        # as text: DVC knows no dates
        values = yaml.safe_load((tmp_path / "params.yaml").read_text(encoding="utf-8"))
        assert isinstance(values["curate"]["holdout_from"], str)


def test_what_was_answered_by_hand_is_added_to_the_export_as_agents_write_it(
    tmp_path: Path,
) -> None:
    export = tmp_path / TICKETS
    export.parent.mkdir(parents=True)
    shutil.copy("data/sample/tickets.csv", export)
    before = export.read_text(encoding="utf-8")
    row = next(csv.DictReader(before.splitlines()))
    letter = row | LETTER
    answered_by_hand(tmp_path, [letter], lambda _: Agent("a", "strict"))
    with export.open(newline="", encoding="utf-8") as file:
        *_, last = csv.DictReader(file)
    assert last["reply"] == NEW
    assert last["message"] == LETTER["message"]
