"""What is tried again when a helpdesk, the store or the desk itself is away, and what is not."""

import gc
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.helpdesk_servers import (
    Chatwoot,
    Handler,
    Zendesk,
    anybody,
    sends,
    status,
    waits,
    well,
)
from tests.helpdesking import PARAMS, connected

ASKED = "Where is MB-123456? I am Jo."
PACKAGE = Path("desk/helpdesks")


def test_the_webhook_is_answered_before_anybody_is_asked(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    answered = threading.Event()

    def after_the_answer(handler: Handler) -> None:
        assert answered.wait(20)
        handler.well()

    with connected(tmp_path, chatwoot) as desk:
        delivery = chatwoot.customer_writes(7, ASKED)
        chatwoot.script = [after_the_answer]
        assert desk.deliver(delivery, wait=False).status_code == 202
        answered.set()
        desk.settle()
    assert len(chatwoot.writes()) == 1


def test_a_wait_that_is_asked_for_is_kept(zendesk: Zendesk, tmp_path: Path) -> None:
    with connected(tmp_path, zendesk, longest_wait_seconds=5) as desk:
        delivery = zendesk.writes_comment(5, 21, ASKED)
        zendesk.script = [status(429, Retry_After="1")]
        started = time.monotonic()
        desk.deliver(delivery)
        assert time.monotonic() - started >= 1
    assert len(zendesk.writes()) == 1


@pytest.mark.parametrize("trouble", [status(500), status(502), status(429), waits(1.0)])
def test_what_may_pass_is_tried_again(chatwoot: Chatwoot, tmp_path: Path, trouble: Any) -> None:
    with connected(tmp_path, chatwoot, answer_seconds=0.5) as desk:
        delivery = chatwoot.customer_writes(7, ASKED)
        chatwoot.script = [trouble, well(), status(503)]
        desk.deliver(delivery)
        assert len(desk.drafts()) == 1, "a draft is kept while its note is tried again"
        assert desk.incoming.counted["tried_again"] == 2
    assert [one["private"] for one in chatwoot.conversations[7].messages] == [False, True]


def test_what_does_not_pass_is_given_up_and_told_by_its_id_alone(
    chatwoot: Chatwoot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with connected(tmp_path, chatwoot) as desk:
        delivery = chatwoot.customer_writes(7, ASKED)
        chatwoot.script = [status(500)] * 3
        desk.deliver(delivery)
        assert len(chatwoot.received) == PARAMS["tries"]
        assert desk.incoming.counted["failed"] == 1
        (line,) = [one.getMessage() for one in caplog.records if one.name.startswith("desk")]
        assert line == "chatwoot: delivery asked:101 failed: it answered 500, 3 times"
        # the helpdesk may deliver it once more
        assert desk.deliver(delivery).status_code == 202
        assert len(desk.drafts()) == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (status(401), "its token"),
        (status(404), "404"),
        (status(302, Location="http://127.0.0.1:9/"), "redirect"),
        (sends(b"<html>"), "JSON"),
        (sends([1]), "JSON"),
        (sends({"payload": [{"id": "7/.."}]}), "not as its API"),
        (sends({"payload": "x" * 70_000}), "larger than 64 KiB"),
    ],
)
def test_what_is_wrong_for_good_is_not_tried_again(
    chatwoot: Chatwoot, tmp_path: Path, caplog: pytest.LogCaptureFixture, answer: Any, why: str
) -> None:
    with connected(tmp_path, chatwoot) as desk:
        delivery = chatwoot.customer_writes(7, ASKED)
        chatwoot.script = [answer]
        desk.deliver(delivery)
        assert desk.incoming.counted == {"delivered": 1, "failed": 1}
    assert len(chatwoot.received) == 1
    assert why in caplog.text


def test_a_wrong_token_is_said_to_be_one(zendesk: Zendesk, tmp_path: Path, caplog: Any) -> None:
    zendesk.token = "another"
    with connected(tmp_path, zendesk) as desk:
        desk.deliver(zendesk.writes_comment(5, 21, ASKED))
    assert "it answered 401: its token is not the right one" in caplog.text


def test_a_redirect_is_not_followed(chatwoot: Chatwoot, tmp_path: Path) -> None:
    with anybody() as elsewhere, connected(tmp_path, chatwoot) as desk:
        delivery = chatwoot.customer_writes(7, ASKED)
        chatwoot.script = [status(307, Location=f"{elsewhere.url}/x")]
        desk.deliver(delivery)
        assert elsewhere.received == []


def test_more_than_the_queue_holds_is_told_to_come_again_and_is_not_kept(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    let_go = threading.Event()

    def holds(handler: Handler) -> None:
        assert let_go.wait(20)
        handler.well()

    with connected(tmp_path, chatwoot, queue=1) as desk:
        first = chatwoot.customer_writes(7, ASKED)
        chatwoot.script = [holds]
        assert desk.deliver(first, wait=False).status_code == 202
        second = chatwoot.customer_writes(7, "Hello?")
        full = desk.deliver(second, wait=False)
        assert (full.status_code, "Retry-After" in full.headers) == (429, True)
        let_go.set()
        desk.settle()
        assert desk.deliver(second).status_code == 202


def test_what_is_worked_on_is_finished_when_the_desk_ends(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    with connected(tmp_path, chatwoot) as desk:
        delivery = chatwoot.customer_writes(7, ASKED)
        chatwoot.script = [waits(0.3)]
        desk.deliver(delivery, wait=False)
    assert len(chatwoot.writes()) == 1


def test_what_was_not_done_is_done_by_the_desk_that_starts_next(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    with connected(tmp_path, chatwoot, wait_seconds=60, longest_wait_seconds=60) as desk:
        delivery = chatwoot.customer_writes(7, ASKED)
        chatwoot.script = [well(), status(503)]
        desk.deliver(delivery, wait=False)
        until = time.monotonic() + 20
        while not desk.incoming.counted["tried_again"] and time.monotonic() < until:
            time.sleep(0.01)
    assert [one["private"] for one in chatwoot.conversations[7].messages] == [False]
    with connected(tmp_path, chatwoot) as desk:
        desk.settle()
        assert desk.deliver(delivery).status_code == 200
        assert len(desk.drafts()) == 1
    assert [one["private"] for one in chatwoot.conversations[7].messages] == [False, True]


def test_while_no_version_serves_a_delivery_waits_and_does_not_fail(
    chatwoot: Chatwoot, tmp_path: Path
) -> None:
    with connected(tmp_path, chatwoot) as desk:
        champion = desk.client.app.state.desk.champion  # type: ignore[attr-defined]
        served, champion._served = champion._served, None
        desk.deliver(chatwoot.customer_writes(7, ASKED), wait=False)
        until = time.monotonic() + 20
        while desk.incoming.counted["tried_again"] <= PARAMS["tries"]:
            assert time.monotonic() < until
            time.sleep(0.01)
        champion._served = served
        desk.settle()
        assert desk.client.get("/health").json()["helpdesks"] == {
            "in_hand": 0,
            "delivered": 1,
            "tried_again": desk.incoming.counted["tried_again"],
            "noted": 1,
        }
    assert len(chatwoot.writes()) == 1


def test_a_store_that_fails_is_tried_again_and_told_without_what_was_to_be_written(
    chatwoot: Chatwoot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from sqlalchemy import text

    with connected(tmp_path, chatwoot) as desk:
        delivery = chatwoot.customer_writes(7, ASKED)
        engine = desk.client.app.state.desk.store.engine  # type: ignore[attr-defined]
        with engine.begin() as connection:
            connection.execute(text("alter table drafts rename to elsewhere"))
        desk.deliver(delivery)
        assert desk.incoming.counted["tried_again"] == PARAMS["tries"] - 1
        with engine.begin() as connection:
            connection.execute(text("alter table elsewhere rename to drafts"))
        desk.deliver(delivery)
    gc.collect()  # a task's error that nobody took would be logged now
    assert "the store failed (OperationalError), 3 times" in caplog.text
    assert "MB-123456" not in caplog.text
    assert len(chatwoot.writes()) == 1
