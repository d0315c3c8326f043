"""Who is believed: deliveries that a helpdesk signed, and lately."""

import ast
import time
from pathlib import Path

import pytest

from desk.helpdesks.helpdesk import Delivery
from desk.helpdesks.opened import open_helpdesks
from desk.helpdesks.params import HelpdeskParams
from tests.helpdesk_servers import (
    Chatwoot,
    Signed,
    Zendesk,
    anybody,
)
from tests.helpdesking import PARAMS, SECRETS, connected
from tests.test_desk_generic_webhook import signed as signed_webhook

ASKED = "Where is MB-123456? I am Jo."
PACKAGE = Path("desk/helpdesks")


def spoiled(delivery: Signed, how: str) -> Signed:
    headers, body = dict(delivery.headers), delivery.body
    name = next(name for name in headers if name.endswith("Signature"))
    if how == "unsigned":
        del headers[name]
    elif how == "empty":
        headers[name] = ""
    elif how == "other characters":
        headers[name] = "sha256=\u00e9"
    elif how == "another body":
        body = body.replace(b"5", b"6").replace(b"7", b"8")
    elif how == "another time":
        stamp = next(name for name in headers if name.endswith("Timestamp"))
        at = headers[stamp]
        # a second later, or the same moment in other letters
        headers[stamp] = str(int(at) + 1) if at.isdecimal() else at.replace("Z", "+00:00")
    return Signed(headers, body)


SPOILED = ["unsigned", "empty", "other characters", "another body", "another time"]


@pytest.mark.parametrize("how", SPOILED)
def test_what_is_not_signed_is_refused_and_looked_at_by_nobody(
    chatwoot: Chatwoot, zendesk: Zendesk, tmp_path: Path, how: str
) -> None:
    deliveries = (
        (chatwoot, chatwoot.customer_writes(7, ASKED)),
        (zendesk, zendesk.writes_comment(5, 21, ASKED)),
    )
    for server, delivery in deliveries:
        with connected(tmp_path, server) as desk:
            assert desk.deliver(spoiled(delivery, how)).status_code == 401
            assert desk.incoming.counted["delivered"] == 0
        assert server.received == []


@pytest.mark.parametrize("late", [-301, 400])
def test_what_was_signed_more_than_five_minutes_off_is_refused(
    chatwoot: Chatwoot, zendesk: Zendesk, tmp_path: Path, late: int
) -> None:
    at = time.time() + late
    event = {"event": "message_created", "message_type": "incoming", "id": 1}
    for server, delivery in (
        (chatwoot, chatwoot.signed(event, at)),
        (zendesk, zendesk.signed({"ticket_id": "5", "event": "comment"}, at)),
    ):
        with connected(tmp_path, server) as desk:
            refused = desk.deliver(delivery)
            assert (refused.status_code, "300 seconds" in refused.json()["detail"]) == (401, True)
    with anybody() as server, connected(tmp_path, server) as desk:
        assert desk.deliver(signed_webhook(at=at)).status_code == 401


def test_signatures_are_compared_in_constant_time() -> None:
    """`==` on a signature would tell by its time how much of it was right."""
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare):
                names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
                assert not names & {"theirs", "ours"}, path
    assert "compare_digest" in (PACKAGE / "signature.py").read_text()


def test_a_body_that_is_no_json_is_refused_after_its_signature(zendesk: Zendesk) -> None:
    params = PARAMS | {"zendesk": {"url": zendesk.url, "email": zendesk.email}}
    helpdesk = open_helpdesks(HelpdeskParams.from_values(params), SECRETS)["zendesk"]
    for body in (b"", b"[]", b"[" * 100_000, b"\xff"):
        with pytest.raises(Exception, match="signature"):
            helpdesk.read(Delivery({}, body, time.time()))
    helpdesk.close()
