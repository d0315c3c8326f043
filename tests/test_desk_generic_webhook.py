"""The generic webhook: our own form in, the draft back in place or to an address."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desks import TICKET
from tests.helpdesk_servers import Anybody, Signed, anybody, status
from tests.helpdesking import connected
from tests.live_drafters import Says

DRAFT = "Ahoy Jo! MB-123456 may come back within 30 days."


@pytest.fixture
def server() -> Iterator[Anybody]:
    with anybody() as server:
        yield server


def signed(delivery: str = "d-1", at: float | None = None, **ticket: Any) -> Signed:
    body = json.dumps(TICKET | ticket).encode()
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(b"hook-secret", f"{stamp}.{delivery}.".encode() + body, hashlib.sha256)
    headers = {"X-Replymill-Delivery": delivery, "X-Replymill-Timestamp": stamp,
               "X-Replymill-Signature": f"sha256={digest.hexdigest()}"}  # fmt: skip
    return Signed(headers, body)


def test_a_ticket_without_an_address_is_answered_in_place(server: Anybody, tmp_path: Path) -> None:
    with connected(tmp_path, server) as desk:
        answer = desk.deliver(signed())
        assert answer.status_code == 200
        assert answer.json() == desk.client.get(f"/v1/drafts/{answer.json()['id']}").json()
    assert answer.json()["draft"] == DRAFT


def test_the_same_delivery_is_answered_with_the_same_draft(server: Anybody, tmp_path: Path) -> None:
    with connected(tmp_path, server) as desk:
        delivery = signed()
        first, second = desk.deliver(delivery).json(), desk.deliver(delivery).json()
        assert first == second
        assert len(desk.drafts()) == 1


def test_a_delivery_that_failed_may_be_sent_again(server: Anybody, tmp_path: Path) -> None:
    class Breaks(Says):
        def generate(self, prompts: Any) -> Any:
            if not broken:
                return super().generate(prompts)
            raise RuntimeError(broken.pop())

    broken = ["out of memory at the words: I am Jo"]
    with connected(tmp_path, server, Breaks("[ORDER_1] may come back within 30 days.")) as desk:
        assert desk.deliver(signed()).status_code >= 500
        assert desk.deliver(signed()).status_code == 200


def test_a_ticket_with_an_allowed_address_is_answered_there_and_signed(
    server: Anybody, tmp_path: Path
) -> None:
    to = f"{server.url}/answers"
    with connected(tmp_path, server) as desk:
        assert desk.deliver(signed(reply_to=to)).status_code == 202
        (draft,) = desk.drafts()
    (posted,) = server.received
    stamp, name = posted.headers["x-replymill-timestamp"], posted.headers["x-replymill-delivery"]
    digest = hmac.new(b"hook-secret", f"{stamp}.{name}.".encode() + posted.body, hashlib.sha256)
    assert posted.headers["x-replymill-signature"] == f"sha256={digest.hexdigest()}"
    assert (posted.method, posted.path, posted.json["delivery"]) == ("POST", "/answers", "d-1")
    assert (posted.json["id"], posted.json["draft"]) == (draft["id"], DRAFT)


@pytest.mark.parametrize(
    "to", ["http://169.254.169.254/", "https://elsewhere.example", "{url}/answers/../x", "{url}"]
)
def test_no_other_address_is_asked(server: Anybody, tmp_path: Path, to: str) -> None:
    with connected(tmp_path, server) as desk:
        refused = desk.deliver(signed(reply_to=to.format(url=server.url)))
        assert refused.status_code == 400
        assert "reply_to" in refused.json()["detail"]
        assert desk.drafts() == []
    assert server.received == []


def test_an_answer_that_cannot_be_posted_is_tried_again(server: Anybody, tmp_path: Path) -> None:
    with connected(tmp_path, server) as desk:
        server.script = [status(503, Retry_After="0"), status(500)]
        desk.deliver(signed(reply_to=f"{server.url}/answers"))
        assert len(desk.drafts()) == 1
    assert len(server.received) == 3


def test_a_form_with_a_mistake_is_refused_by_its_field_and_without_its_words(
    server: Anybody, tmp_path: Path
) -> None:
    with connected(tmp_path, server) as desk:
        refused = desk.deliver(signed(messages=[{"role": "Jo Smith", "text": "hi"}]))
    assert refused.status_code == 400
    assert "messages.0.role" in refused.json()["detail"]
    assert "Jo Smith" not in refused.text


def test_another_delivery_id_under_the_same_signature_is_refused(
    server: Anybody, tmp_path: Path
) -> None:
    delivery = signed()
    delivery.headers["X-Replymill-Delivery"] = "d-2"
    with connected(tmp_path, server) as desk:
        assert desk.deliver(delivery).status_code == 401
