"""Chatwoot: its webhook in, a private note out, what the agent did with it back at the desk."""

import json
from pathlib import Path

import pytest

from tests.helpdesk_servers import Chatwoot
from tests.helpdesking import connected
from tests.live_drafters import Says

ASKED = "Where is MB-123456? I am Jo."
DRAFT = "Ahoy Jo! MB-123456 may come back within 30 days."


def test_a_customers_message_gets_a_private_note_with_the_draft_its_clauses_and_its_page(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    with connected(tmp_path, chatwoot) as desk:
        assert desk.deliver(chatwoot.customer_writes(7, ASKED)).status_code == 202
        note = chatwoot.conversations[7].messages[-1]
        (draft,) = desk.drafts()
    assert (note["private"], note["message_type"]) == (True, 1)
    assert DRAFT in note["content"]
    assert "[Returns, 1](https://help.example/returns)" in note["content"]
    assert f"(https://desk.acme.example/tickets/{draft['ticket']})" in note["content"]
    assert draft["text"] == "Ahoy [NAME_1]! [ORDER_1] may come back within 30 days."


def test_the_bot_writes_and_an_agents_token_reads(chatwoot: Chatwoot, tmp_path: Path) -> None:
    with connected(tmp_path, chatwoot) as desk:
        desk.deliver(chatwoot.customer_writes(7, ASKED))
    read, wrote = chatwoot.received
    assert (read.method, read.headers["api_access_token"]) == ("GET", "agent-token")
    assert (wrote.method, wrote.headers["api_access_token"]) == ("POST", "bot-token")
    assert wrote.json.keys() == {"content", "message_type", "private"}


def test_the_draft_is_written_for_the_whole_conversation_without_its_notes(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    chatwoot.customer_writes(7, "Hello, I am Jo Smith.")
    chatwoot.agent_writes(7, "Hello! What can we do?")
    chatwoot.agent_writes(7, "He is angry", private=True)
    with connected(tmp_path, chatwoot) as desk:
        desk.deliver(chatwoot.customer_writes(7, ASKED))
        store = desk.client.app.state.desk.store  # type: ignore[attr-defined]
        ticket = store.draft(desk.drafts()[0]["id"])["ticket"]
    assert [(one["role"], one["text"]) for one in ticket["messages"]] == [
        ("customer", "Hello, I am Jo Smith."),
        ("agent", "Hello! What can we do?"),
        ("customer", ASKED),
    ]
    assert ticket["names"] == ["Jo Smith", "Ann Lee"]
    assert (ticket["source"], ticket["external_id"]) == ("chatwoot", "7")
    assert ticket["customer"] == "11"


def test_whoever_has_the_conversation_signs_the_draft(chatwoot: Chatwoot, tmp_path: Path) -> None:
    chatwoot.conversations[7].assignee = {"id": 4, "name": "Bob Ray", "type": "user"}
    with connected(tmp_path, chatwoot, Says("Ahoy [NAME_1]! Yours, [NAME_2]")) as desk:
        desk.deliver(chatwoot.customer_writes(7, ASKED))
    note = chatwoot.conversations[7].messages[-1]["content"]
    assert "Ahoy Jo! Yours, Bob Ray" in note


def test_a_long_conversation_is_read_page_by_page(chatwoot: Chatwoot, tmp_path: Path) -> None:
    for number in range(49):
        chatwoot.customer_writes(7, f"Line {number}")
    with connected(tmp_path, chatwoot, messages=45) as desk:
        desk.deliver(chatwoot.customer_writes(7, ASKED))
        (draft,) = desk.drafts()
    pages = [one.query for one in chatwoot.received if one.method == "GET"]
    assert len(pages) == 3
    assert pages[0] == {}
    assert len(draft["messages"]) == 45
    assert draft["messages"][0] == "Line 5"


@pytest.mark.parametrize("writes", ["agent", "bot", "note", "silent"])
def test_what_no_customer_wrote_is_drafted_for_by_nobody(
    chatwoot: Chatwoot, tmp_path: Path, writes: str
) -> None:
    chatwoot.agent_writes(7, "Hello")
    delivery = {
        "agent": lambda: chatwoot.agent_writes(7, "Any news?"),
        "bot": lambda: chatwoot.bot_writes(7, "I am a bot"),
        "note": lambda: chatwoot.customer_writes(7, "quiet", private=True),
        "silent": lambda: chatwoot.customer_writes(7, None),
    }[writes]()
    with connected(tmp_path, chatwoot) as desk:
        desk.deliver(delivery)
        assert desk.drafts() == []
    assert chatwoot.writes() == []


def test_a_draft_that_is_held_back_is_not_in_the_note_but_why_is(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    says = Says("Jo: [ORDER_1] may come back within 31 days.")
    with connected(tmp_path, chatwoot, says) as desk:
        desk.deliver(chatwoot.customer_writes(7, ASKED))
    note = chatwoot.conversations[7].messages[-1]["content"]
    assert "guard: claims" in note
    assert "31 days" not in note


def test_a_conversation_that_waits_for_the_bot_is_opened_for_agents_first(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    chatwoot.conversations[7].status = "pending"
    with connected(tmp_path, chatwoot) as desk:
        desk.deliver(chatwoot.customer_writes(7, ASKED))
    assert chatwoot.conversations[7].status == "open"
    assert [one.path.rpartition("/")[2] for one in chatwoot.received] == [
        "toggle_status",
        "messages",
        "messages",
    ]


def test_the_same_message_told_twice_has_one_draft_and_one_note(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    delivery = chatwoot.customer_writes(7, ASKED)
    with connected(tmp_path, chatwoot) as desk:
        assert desk.deliver(delivery).status_code == 202
        assert desk.deliver(delivery).status_code == 200
        # and by another webhook of the same account, under another delivery's id
        again = chatwoot.signed(json.loads(delivery.body))
        assert desk.deliver(again).status_code == 200
        assert len(desk.drafts()) == 1
    assert len(chatwoot.writes()) == 1


def test_an_agent_who_sends_the_draft_has_accepted_it(chatwoot: Chatwoot, tmp_path: Path) -> None:
    with connected(tmp_path, chatwoot) as desk:
        desk.deliver(chatwoot.customer_writes(7, ASKED))
        (draft,) = desk.drafts()
        desk.deliver(chatwoot.agent_writes(7, DRAFT + "\n"))
        outcome = desk.outcome(draft["id"])
        kept = desk.client.app.state.desk.store.draft(draft["id"])  # type: ignore[attr-defined]
    assert outcome["action"] == "accepted"
    assert outcome["sent"].strip() == DRAFT
    assert outcome["agent"].startswith("chatwoot-")
    assert "Ann" not in outcome["agent"]
    assert "MB-123456" not in kept["outcome"]["sent"], "the store keeps placeholders"


def test_an_agent_who_sends_something_else_has_edited_it(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    with connected(tmp_path, chatwoot) as desk:
        desk.deliver(chatwoot.customer_writes(7, ASKED))
        (draft,) = desk.drafts()
        desk.deliver(chatwoot.agent_writes(7, "Hi Jo, it is on its way."))
        outcome = desk.outcome(draft["id"])
    assert (outcome["action"], outcome["sent"]) == ("edited", "Hi Jo, it is on its way.")


def test_an_agent_who_answers_where_nothing_was_shown_has_discarded_what_was_held_back(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    says = Says("Jo: [ORDER_1] may come back within 31 days.")
    with connected(tmp_path, chatwoot, says) as desk:
        desk.deliver(chatwoot.customer_writes(7, ASKED))
        (draft,) = desk.drafts()
        desk.deliver(chatwoot.agent_writes(7, "30 days."))
        assert desk.outcome(draft["id"])["action"] == "discarded"


def test_a_reply_tells_of_the_draft_it_answers_and_of_no_earlier_one(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    with connected(tmp_path, chatwoot) as desk:
        desk.deliver(chatwoot.customer_writes(7, ASKED))
        desk.deliver(chatwoot.customer_writes(7, "Hello?"))
        desk.deliver(chatwoot.agent_writes(7, "Moment"))
        desk.deliver(chatwoot.agent_writes(7, "It is on its way"))
        first, second = desk.drafts()
        assert desk.outcome(first["id"]) is None
        assert desk.outcome(second["id"])["sent"] == "Moment"


def test_a_reply_before_the_note_tells_nothing(chatwoot: Chatwoot, tmp_path: Path) -> None:
    with connected(tmp_path, chatwoot) as desk:
        delivery = chatwoot.customer_writes(7, ASKED)
        reply = chatwoot.agent_writes(7, "Already on its way")
        desk.deliver(delivery)
        desk.deliver(reply)
        assert desk.drafts() == [], "nobody waits for an answer any more"
    assert chatwoot.writes() == []


def test_a_bots_reply_tells_nothing(chatwoot: Chatwoot, tmp_path: Path) -> None:
    with connected(tmp_path, chatwoot) as desk:
        desk.deliver(chatwoot.customer_writes(7, ASKED))
        (draft,) = desk.drafts()
        desk.deliver(chatwoot.bot_writes(7, DRAFT))
        assert desk.outcome(draft["id"]) is None


def test_a_rating_is_told_of_the_conversations_newest_draft(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    with connected(tmp_path, chatwoot) as desk:
        desk.deliver(chatwoot.customer_writes(7, ASKED))
        (draft,) = desk.drafts()
        desk.deliver(chatwoot.agent_writes(7, DRAFT))
        desk.deliver(chatwoot.customer_rates(7, 4))
        outcome = desk.outcome(draft["id"])
    assert (outcome["action"], outcome["csat"]) == ("accepted", 4)


def test_a_note_whose_answer_was_lost_is_not_written_twice(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    from tests.helpdesk_servers import loses_the_answer, well

    with connected(tmp_path, chatwoot) as desk:
        delivery = chatwoot.customer_writes(7, ASKED)
        chatwoot.script = [well(), loses_the_answer()]
        desk.deliver(delivery)
        assert len(desk.drafts()) == 1
        assert desk.incoming.counted["tried_again"] == 1
    assert len(chatwoot.writes()) == 1


def test_another_accounts_message_is_refused(chatwoot: Chatwoot, tmp_path: Path) -> None:
    event = json.loads(chatwoot.customer_writes(7, ASKED).body) | {"account": {"id": 2}}
    with connected(tmp_path, chatwoot) as desk:
        refused = desk.deliver(chatwoot.signed(event))
    assert (refused.status_code, "account 2" in refused.json()["detail"]) == (400, True)


@pytest.mark.parametrize("conversation", ["7/../8", "7?x=1", -1, 1.5, True, None, "", "७"])
def test_a_conversation_that_is_no_number_gets_into_no_path(
    chatwoot: Chatwoot, tmp_path: Path, conversation: object
) -> None:
    event = json.loads(chatwoot.customer_writes(7, ASKED).body)
    event["conversation"]["id"] = conversation
    with connected(tmp_path, chatwoot) as desk:
        assert desk.deliver(chatwoot.signed(event)).status_code == 400
    assert chatwoot.received == []
