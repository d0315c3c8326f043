"""Rows for the feedback store, and an address for one on each engine."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.postgres import postgres

ENGINES = ("sqlite", "postgresql")

TICKET: dict[str, Any] = {
    "source": "api",
    "external_id": "T-1",
    "customer": "c-1",
    "names": ["Jo Smith", "Ann"],
    "subject": "Where is MB-123456?",
    "messages": [{"role": "customer", "text": "Where is MB-123456? I am Jo."}],
    "topic": "delivery",
    "locale": "en-GB",
    "channel": "email",
    "at": datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    "placeholders": {"[ORDER_1]": "MB-123456", "[NAME_1]": "Jo"},
}
DRAFT: dict[str, Any] = {
    "role": "champion",
    "version": "7",
    "candidate": "sft-rag",
    "subject": "Where is [ORDER_1]?",
    "messages": ["Where is [ORDER_1]? I am [NAME_1]."],
    "text": "Ahoy [NAME_1]!",
    "citations": [{"chunk_id": "returns#1", "doc_id": "returns", "url": None}],
    "findings": [{"rule": "claims", "kind": "claim", "why": "no clause", "start": 0, "end": 4}],
    "abstained": False,
    "reason": None,
    "seconds": 0.25,
    "tokens_in": 100,
    "tokens_out": 20,
    "cost_usd": 0.0,
}


def new_name() -> str:
    return f"store_{uuid.uuid4().hex}"


@contextmanager
def new_store(engine: str, folder: Path) -> Iterator[str]:
    """The address of an empty store; skips where there is no PostgreSQL."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'feedback.db'}"
        return
    with postgres() as server:
        yield server.new_database(new_name())
