"""The guard at serving: what an agent is shown, and what never leaves the model."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from drafter.compliance import load_rules
from drafter.drafter import Drafter
from drafter.generate import Generation, Prompt
from drafter.live import LiveDrafter
from drafter.pseudonyms import PseudonymParams, Pseudonyms, pseudonymise
from drafter.records import TICKET
from drafter.spec import Spec, prompt_digest
from tests.factories import curated, curated_table, retrieved, retrieved_table, ticket
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


MAIL = (
    '<html><body><p>Hello,</p><p>my tent from <a href="https://shop.example/t">here</a> tore.'
    "</p><style>p {color: red}</style><div class='gmail_quote'>On 3 May 2026, Shop wrote:<br>"
    "<blockquote type='cite'>Call +44 20 7946 0018</blockquote></div>"
    "<div class='gmail_signature'>Jo Smith, +44 20 7946 0999</div></body></html>"
)


class Reads:
    """Writes nothing of its own, and keeps what it was shown."""

    def __init__(self) -> None:
        self.shown: list[Prompt] = []

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]:
        self.shown += prompts
        return [Generation("All is well.") for _ in prompts]


def test_a_mail_reads_in_serving_as_it_did_in_training() -> None:
    from tasks.curate.params import PseudonymSection
    from tasks.curate.tidy import cleaned as cleaned_in_training

    messages = [("customer", MAIL), ("agent", "<p>Oh dear.<br>Ann</p>"), ("customer", "a\u200bb ")]
    asked = {
        "subject": "<b>Torn</b>\ntent",
        "messages": [{"role": role, "text": text} for role, text in messages],
        "names": ["Jo Smith", "Ann"],
    }
    (draft,) = live(Says("All is well."), [CLAUSE]).write([asked])

    at = datetime(2026, 1, 1, tzinfo=UTC)
    past = ticket(1, subject=asked["subject"], names=asked["names"], customer=None, agent=None)
    past["messages"] = [message | {"at": at} for message in asked["messages"]]
    rules = PseudonymSection(order_patterns=["MB-[0-9]{6}"], default_region="US", keep=[])
    trained = pseudonymise(cleaned_in_training(pl.DataFrame([past], schema=TICKET)), rules)
    assert draft.messages == tuple(message["text"] for message in trained[0, "messages"])
    assert draft.subject == trained[0, "subject"] == "Torn tent"
    assert draft.messages[0] == "Hello,\n\nmy tent from here (https://shop.example/t) tore."
    assert draft.values == {"[NAME_2]": "Jo Smith", "[NAME_1]": "Ann"}


def test_a_message_that_is_no_text_is_left_out_as_in_training() -> None:
    model = Reads()
    told = [("customer", "Is it there?"), ("customer", "<img src='x.png'>"), ("customer", "Well?")]
    ticket = {"messages": [{"role": role, "text": text} for role, text in told]}
    (draft,) = live(model, [CLAUSE]).write([ticket])
    assert draft.messages == ("Is it there?", "", "Well?")
    assert model.shown[0].messages[-1] == {"role": "user", "content": "Is it there?\nWell?"}


def test_a_question_without_a_word_is_not_answered_and_its_neighbours_are() -> None:
    model = Reads()
    asked = ["<img src='x.png'>", "Is it there?", "\u200b \u2060"]
    drafts = live(model, [CLAUSE]).write(
        [{"messages": [{"role": "customer", "text": text}]} for text in asked]
    )
    assert [draft.reason for draft in drafts] == ["no_question", None, "no_question"]
    assert (drafts[0].text, drafts[0].abstained, len(model.shown)) == ("", True, 1)
    assert live(model, [CLAUSE]).write([]) == []
