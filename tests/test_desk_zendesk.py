"""Zendesk: its trigger's webhook in, an internal comment out, what the agent did back."""

from pathlib import Path
from typing import Any

import pytest

from tests.helpdesk_servers import Handler, Zendesk, loses_the_answer, well
from tests.helpdesking import connected
from tests.live_drafters import Says

CUSTOMER, AGENT = 21, 31
ASKED = "Where is MB-123456? I am Jo."
DRAFT = "Ahoy Jo! MB-123456 may come back within 30 days."


def test_a_customers_comment_gets_an_internal_one_with_the_draft_its_clauses_and_its_page(
    zendesk: Zendesk, tmp_path: Path
) -> None:
    with connected(tmp_path, zendesk) as desk:
        assert desk.deliver(zendesk.writes_comment(5, CUSTOMER, ASKED)).status_code == 202
        (draft,) = desk.drafts()
    (wrote,) = zendesk.writes()
    comment = wrote.json["ticket"]["comment"]
    assert (wrote.method, wrote.path) == ("PUT", "/api/v2/tickets/5.json")
    assert comment["public"] is False
    assert DRAFT in comment["html_body"]
    assert '<a href="https://help.example/returns">Returns, 1</a>' in comment["html_body"]
    assert f"https://desk.acme.example/tickets/{draft['ticket']}" in comment["html_body"]


def test_the_draft_is_written_for_all_public_comments(zendesk: Zendesk, tmp_path: Path) -> None:
    zendesk.writes_comment(5, CUSTOMER, "Hello, I am Jo&nbsp;Smith.")
    zendesk.writes_comment(5, AGENT, "What can we do?")
    zendesk.writes_comment(5, AGENT, "He is angry", public=False)
    with connected(tmp_path, zendesk) as desk:
        desk.deliver(zendesk.writes_comment(5, CUSTOMER, ASKED))
        store = desk.client.app.state.desk.store  # type: ignore[attr-defined]
        ticket = store.draft(desk.drafts()[0]["id"])["ticket"]
    assert [(one["role"], one["text"]) for one in ticket["messages"]] == [
        ("customer", "Hello, I am Jo Smith."),
        ("agent", "What can we do?"),
        ("customer", ASKED),
    ]
    assert ticket["names"] == ["Jo Smith", "Ann Lee"]
    assert (ticket["subject"], ticket["channel"], ticket["locale"]) == (
        "My order",
        "email",
        "en-US",
    )
    assert (ticket["source"], ticket["external_id"], ticket["customer"]) == ("zendesk", "5", "21")


def test_whoever_has_the_ticket_signs_the_draft(zendesk: Zendesk, tmp_path: Path) -> None:
    zendesk.tickets[5]["assignee_id"] = AGENT
    with connected(tmp_path, zendesk, Says("Ahoy [NAME_1]! Yours, [NAME_2]")) as desk:
        desk.deliver(zendesk.writes_comment(5, CUSTOMER, ASKED))
    body = zendesk.writes()[0].json["ticket"]["comment"]["html_body"]
    assert "Ahoy Jo! Yours, Ann Lee" in body


def test_all_pages_are_read_and_no_link_that_zendesk_gives_is_followed(
    zendesk: Zendesk, tmp_path: Path
) -> None:
    for number in range(250):
        zendesk.writes_comment(5, CUSTOMER, f"Line {number}")
    with connected(tmp_path, zendesk, messages=30, answer_kb=512) as desk:
        desk.deliver(zendesk.writes_comment(5, CUSTOMER, ASKED))
        (draft,) = desk.drafts()
    cursors = [one.query.get("page[after]") for one in zendesk.received if "comments" in one.path]
    assert cursors == [None, "100", "200"]
    assert len(draft["messages"]) == 30
    assert draft["messages"][0] == "Line 221"


def test_what_is_written_to_a_ticket_that_moved_meanwhile_is_looked_at_again(
    zendesk: Zendesk, tmp_path: Path
) -> None:
    def agent_is_faster(handler: Handler) -> None:
        zendesk.writes_comment(5, AGENT, "It is on its way")
        handler.well()

    with connected(tmp_path, zendesk) as desk:
        delivery = zendesk.writes_comment(5, CUSTOMER, ASKED)
        zendesk.script = [well(), well(), agent_is_faster]
        desk.deliver(delivery)
        assert len(desk.drafts()) == 1
        assert desk.incoming.counted["failed"] == 0
    # one was refused with 409; after another look there was nobody to draft for
    assert len(zendesk.writes()) == 1
    assert [one["public"] for one in zendesk.comments[5]] == [True, True]


def test_a_draft_is_kept_while_its_note_is_tried_again(zendesk: Zendesk, tmp_path: Path) -> None:
    def tag_is_added(handler: Handler) -> None:
        zendesk.tickets[5]["updated_at"] = "2026-11-01T10:00:00Z"
        handler.well()

    with connected(tmp_path, zendesk) as desk:
        delivery = zendesk.writes_comment(5, CUSTOMER, ASKED)
        zendesk.script = [well(), well(), tag_is_added]
        desk.deliver(delivery)
        assert len(desk.drafts()) == 1
    assert [one["public"] for one in zendesk.comments[5]] == [True, False]


def test_a_note_whose_answer_was_lost_is_not_written_twice(
    zendesk: Zendesk, tmp_path: Path
) -> None:
    with connected(tmp_path, zendesk) as desk:
        delivery = zendesk.writes_comment(5, CUSTOMER, ASKED)
        zendesk.script = [well(), well(), loses_the_answer()]
        desk.deliver(delivery)
    assert len(zendesk.writes()) == 1
    assert [one["public"] for one in zendesk.comments[5]] == [True, False]


def test_a_delivery_under_a_false_id_finds_the_note_there(zendesk: Zendesk, tmp_path: Path) -> None:
    with connected(tmp_path, zendesk) as desk:
        delivery = zendesk.writes_comment(5, CUSTOMER, ASKED)
        desk.deliver(delivery)
        assert desk.deliver(delivery).status_code == 200
        delivery.headers["X-Zendesk-Webhook-Invocation-Id"] = "another"
        assert desk.deliver(delivery).status_code == 202
        assert len(desk.drafts()) == 1
    assert len(zendesk.writes()) == 1


def test_an_agent_who_sends_the_draft_has_accepted_it(zendesk: Zendesk, tmp_path: Path) -> None:
    with connected(tmp_path, zendesk) as desk:
        desk.deliver(zendesk.writes_comment(5, CUSTOMER, ASKED))
        (draft,) = desk.drafts()
        desk.deliver(zendesk.writes_comment(5, AGENT, DRAFT.replace(" ", "&nbsp;", 1)))
        outcome = desk.outcome(draft["id"])
    assert (outcome["action"], outcome["sent"]) == ("accepted", DRAFT)
    assert outcome["agent"].startswith("zendesk-")


def test_a_reply_whose_delivery_was_lost_is_told_with_the_next_one(
    zendesk: Zendesk, tmp_path: Path
) -> None:
    with connected(tmp_path, zendesk) as desk:
        desk.deliver(zendesk.writes_comment(5, CUSTOMER, ASKED))
        zendesk.writes_comment(5, AGENT, "It is on its way")
        desk.deliver(zendesk.writes_comment(5, CUSTOMER, "Thanks. When?"))
        desk.deliver(zendesk.trigger(5))
        first, second = desk.drafts()
        assert desk.outcome(first["id"])["action"] == "edited"
        assert desk.outcome(second["id"]) is None


def test_an_internal_comment_of_an_agent_tells_nothing(zendesk: Zendesk, tmp_path: Path) -> None:
    with connected(tmp_path, zendesk) as desk:
        desk.deliver(zendesk.writes_comment(5, CUSTOMER, ASKED))
        (draft,) = desk.drafts()
        desk.deliver(zendesk.writes_comment(5, AGENT, DRAFT, public=False))
        assert desk.outcome(draft["id"]) is None
        assert len(desk.drafts()) == 1


@pytest.mark.parametrize(("score", "csat"), [("good", 5), ("bad", 1), ("offered", None)])
def test_a_rating_is_told_of_the_tickets_newest_draft(
    zendesk: Zendesk, tmp_path: Path, score: str, csat: Any
) -> None:
    with connected(tmp_path, zendesk) as desk:
        desk.deliver(zendesk.writes_comment(5, CUSTOMER, ASKED))
        (draft,) = desk.drafts()
        desk.deliver(zendesk.rates(5, score))
        outcome = desk.outcome(draft["id"])
    assert (outcome["csat"] if outcome else None) == csat


def test_a_closed_ticket_is_left_alone(zendesk: Zendesk, tmp_path: Path) -> None:
    delivery = zendesk.writes_comment(5, CUSTOMER, ASKED)
    zendesk.tickets[5]["status"] = "closed"
    with connected(tmp_path, zendesk) as desk:
        desk.deliver(delivery)
        assert desk.drafts() == []
    assert zendesk.writes() == []


def test_a_customers_markup_and_a_drafts_are_shown_as_text(
    zendesk: Zendesk, tmp_path: Path
) -> None:
    says = Says("<b onclick=alert(1)> & Jo: [ORDER_1] may come back within 30 days.")
    with connected(tmp_path, zendesk, says) as desk:
        desk.deliver(zendesk.writes_comment(5, CUSTOMER, ASKED))
    body = zendesk.writes()[0].json["ticket"]["comment"]["html_body"]
    assert "<b" not in body.replace("<br>", "")
    assert "&lt;b onclick=alert(1)&gt; &amp; Jo" in body


def test_a_trigger_with_another_body_is_refused_and_says_what_to_write(
    zendesk: Zendesk, tmp_path: Path
) -> None:
    with connected(tmp_path, zendesk) as desk:
        for event in (
            {"ticket_id": "5"},
            {"event": "comment"},
            {"event": "comment", "ticket_id": "5/"},
        ):
            assert desk.deliver(zendesk.signed(event)).status_code == 400
    assert zendesk.received == []
