"""The guard at serving: what an agent is shown, and what never leaves the model."""

from pathlib import Path
from typing import Any

import pytest

from drafter.compliance import load_rules
from drafter.drafter import Drafter
from drafter.live import LiveDrafter
from drafter.pseudonyms import PseudonymParams, Pseudonyms
from drafter.spec import Spec, prompt_digest
from tests.factories import curated, curated_table, retrieved, retrieved_table
from tests.guarded import make_rules
from tests.live_drafters import CLAUSE, RULES, Says, drafter, live

RULED_BY_TOPIC = """\
clauses: 1
rules:
  picture:
    kind: must_say
    message: ask for a picture
    when: {topic: [damaged], channel: [chat], locale: [en]}
    say: [picture]
"""


def shown(says: Says, chunks: list[dict[str, Any]], retrieves: bool = True) -> dict[str, Any]:
    text = "Where is MB-123456? I am Jo."
    ticket = {"messages": [{"role": "customer", "text": text}], "names": ["Jo Smith", "Ann"]}
    (draft,) = live(says, chunks, retrieves).reply([ticket])
    return draft


def test_a_draft_that_keeps_the_rules_is_shown_with_the_customers_own_values() -> None:
    draft = shown(Says("Ahoy [NAME_1]! [ORDER_1] may come back within 30 days."), [CLAUSE])
    assert draft["reason"] is None
    assert draft["text"] == "Ahoy Jo! MB-123456 may come back within 30 days."
    assert draft["citations"] == ["returns#1"]


@pytest.mark.parametrize(
    ("says", "chunks", "reason"),
    [
        (Says("We will refund you."), [CLAUSE], "guard: promises"),
        (Says("Send it within 31 days."), [CLAUSE], "guard: claims"),
        (Says("Ask a lawyer: 31 days, for free."), [CLAUSE], "guard: legal, promises, claims"),
        (Says("[ORDER_2] is here."), [CLAUSE], "guard: personal_data"),
        (Says("All is well."), [], "no_policy"),
        (Says(""), [CLAUSE], "empty"),
        (Says("", "timeout"), [CLAUSE], "failed: timeout"),
        (Says("Half a sent", "cut"), [CLAUSE], "failed: cut"),
    ],
)
def test_what_is_held_back_has_a_reason_and_neither_text_nor_citation(
    says: Says, chunks: list[dict[str, Any]], reason: str
) -> None:
    assert shown(says, chunks) == {
        "text": "",
        "citations": [],
        "abstained": not reason.startswith("failed"),
        "reason": reason,
    }


def test_rules_by_topic_and_channel_see_what_the_caller_tells_of_a_live_ticket(
    tmp_path: Path,
) -> None:
    rules = load_rules(make_rules(tmp_path / "rules.yaml", RULED_BY_TOPIC))
    pseudonyms = Pseudonyms(PseudonymParams([], "US", []))
    spec = Spec("x", "local", False, 1, 8, 4, prompt_digest())
    live = LiveDrafter(Drafter(spec, Says("Hello."), None, rules), pseudonyms)
    ticket = {"messages": [{"role": "customer", "text": "It broke."}]}
    told = {"topic": "damaged", "channel": "chat", "locale": "en-IE"}
    reasons = [draft["reason"] for draft in live.reply([ticket, ticket | told])]
    assert reasons == [None, "guard: picture"]


def test_the_record_keeps_the_text_that_is_held_back() -> None:
    tickets = retrieved_table([retrieved(1, chunks=[CLAUSE])])
    draft = drafter(Says("We will refund you."), []).draft(tickets)
    assert draft.select("text", "abstained", "reason").row(0) == (
        "We will refund you.",
        True,
        "guard: promises",
    )


def test_who_does_not_retrieve_is_held_against_the_policy_all_the_same() -> None:
    from_memory = Says("It may come back within 30 days.")
    assert shown(from_memory, [CLAUSE], retrieves=False)["reason"] is None
    assert shown(from_memory, [], retrieves=False)["reason"] == "guard: claims"
    # and needs no policy to say what claims nothing
    assert shown(Says("All is well."), [], retrieves=False)["reason"] is None


def test_the_guard_sees_as_many_clauses_as_the_rules_say_and_the_prompt_its_own() -> None:
    many = [CLAUSE | {"chunk_id": f"returns#{n}", "text": f"{n} days."} for n in range(1, 9)]
    says = Says("You have 5 days.")
    looked_up = drafter(says, many)
    drafts = looked_up.draft(curated_table([curated(1)]))
    assert looked_up.index.asked == [RULES.clauses]  # type: ignore[union-attr]
    brought = drafter(says, []).draft(retrieved_table([retrieved(1, chunks=many)]))
    assert drafts.equals(brought)
    assert drafts[0, "reason"] is None
    # the fifth clause grounds it, the prompt had the first alone: what is cited was shown
    assert drafts[0, "citations"].to_list() == ["returns#1"]
    too_far = drafter(Says("You have 6 days."), many).draft(curated_table([curated(1)]))
    assert too_far[0, "reason"] == "guard: claims"


def test_the_guard_holds_back_whatever_evaluation_would_blame() -> None:
    """What it knows is part of what evaluation knows, and more evidence never breaks a rule."""
    from drafter.compliance import violations

    texts = ["We will refund you.", "It takes 30 days.", "Ask a lawyer.", "9 euros, [ORDER_3]."]
    few = [CLAUSE["text"]]
    more = [*few, "Money is back within 9 days. A lawyer helps. It costs 9 euros."]
    for text in texts:
        blamed = {v.rule for v in violations(text, curated(1), more, RULES)}
        assert blamed <= {v.rule for v in violations(text, curated(1), few, RULES)}
