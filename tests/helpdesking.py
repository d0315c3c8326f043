"""A desk that is connected to helpdesks of the tests' own."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from desk.app import create_app
from desk.helpdesks.incoming import Incoming
from desk.helpdesks.opened import open_incoming
from desk.helpdesks.params import HelpdeskParams
from tests.desks import FINE, make_desk
from tests.helpdesk_servers import Anybody, Chatwoot, Server, Signed, Zendesk

PARAMS: dict[str, Any] = {
    "page": "https://desk.acme.example", "chatwoot": None, "zendesk": None, "webhook": None,
    "queue": 50, "at_once": 2, "tries": 3, "wait_seconds": 0.01, "longest_wait_seconds": 0.05,
    "drain_seconds": 5, "answer_seconds": 5, "answer_kb": 64, "messages": 100,
}  # fmt: skip
SECRETS = {
    "REPLYMILL_CHATWOOT_SECRET": "hook-secret",
    "REPLYMILL_CHATWOOT_TOKEN": "agent-token",
    "REPLYMILL_CHATWOOT_BOT_TOKEN": "bot-token",
    "REPLYMILL_ZENDESK_SECRET": "hook-secret",
    "REPLYMILL_ZENDESK_TOKEN": "api-token",
    "REPLYMILL_WEBHOOK_SECRET": "hook-secret",
}


@dataclass
class Connected:
    """The desk as a helpdesk reaches it."""

    client: TestClient
    incoming: Incoming
    name: str

    def deliver(self, signed: Signed, wait: bool = True) -> Response:
        """Post a delivery, and wait until nothing is in hand."""
        headers = {name: value.encode("latin-1") for name, value in signed.headers.items()}
        response = self.client.post(f"/hooks/{self.name}", content=signed.body, headers=headers)
        if wait:
            self.settle()
        return response

    def settle(self, seconds: float = 20) -> None:
        until = time.monotonic() + seconds
        while self.incoming.in_hand:
            assert time.monotonic() < until, "deliveries are still in hand"
            time.sleep(0.005)

    def outcome(self, draft: str) -> Any:
        return self.client.get(f"/v1/drafts/{draft}").json()["outcome"]

    def drafts(self) -> list[dict[str, Any]]:
        """What the store holds of drafts, oldest first."""
        from sqlalchemy import select

        from desk.store.tables import drafts

        engine = self.client.app.state.desk.store.engine  # type: ignore[attr-defined]
        with engine.connect() as connection:
            rows = connection.execute(select(drafts).order_by(drafts.c.created_at)).mappings()
            return [dict(row) for row in rows]


@contextmanager
def connected(
    folder: Path, server: Server, says: Any = FINE, **changes: Any
) -> Iterator[Connected]:
    name, own = _own(server)
    params = HelpdeskParams.from_values(PARAMS | {name: own} | changes)
    desk = make_desk(folder, says)
    incoming = open_incoming(desk, params, SECRETS)
    with TestClient(create_app(desk, incoming)) as client:
        yield Connected(client, incoming, name)


def _own(server: Server) -> tuple[str, dict[str, Any]]:
    if isinstance(server, Chatwoot):
        return "chatwoot", {"url": server.url, "account": 1}
    if isinstance(server, Zendesk):
        return "zendesk", {"url": server.url, "email": server.email}
    assert isinstance(server, Anybody)
    return "webhook", {"reply_to": [f"{server.url}/answers"]}
