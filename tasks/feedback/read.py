"""The desk's store as it stands, up to an instant: every draft with what became of it.

Of the personal data in the store nothing is taken but what tells tickets and customers apart:
texts come from `drafts` and `outcomes`, which hold placeholders, and of a ticket's own messages
only who spoke. Nothing is written, not even a migration: the columns that are read have been there
since the first one.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class Drafted:
    """A draft of the store; `outcome` is None until an agent has done something with it."""

    id: str
    ticket: str
    external_id: str | None
    customer: str | None
    channel: str | None
    locale: str | None
    topic: str | None
    at: datetime
    subject: str
    roles: tuple[str, ...]
    messages: tuple[str, ...]
    version: str
    text: str
    held_back: bool
    outcome: Mapping[str, Any] | None
    """`joined` of desk/store/feedback.py: action, sent, agent, seconds, csat, reopened, at."""


@dataclass(frozen=True)
class Store:
    """What was read: `newest` is when the last thing was told."""

    drafts: list[Drafted]
    shadows: int
    newest: datetime | None


def read_store(url: str, until: datetime | None) -> Store:
    """Read all that was told up to `until`; all there is for None.

    Raises BadInput where there is no store, none of the desk's, or one of a newer desk.
    """
    from desk.store.reading import reading

    with reading(url) as connection:
        return _read(connection, until)


def _read(connection: "Connection", until: datetime | None) -> Store:
    from sqlalchemy import select

    from desk.store.feedback import joined
    from desk.store.roles import SHADOW
    from desk.store.tables import drafts, outcomes, tickets

    told = select(
        *(outcomes.c[name] for name in ("draft", "created_at", "action", "sent", "agent")),
        *(outcomes.c[name] for name in ("seconds", "csat", "reopened")),
    ).order_by(outcomes.c.created_at, outcomes.c.id)
    by_draft = defaultdict(list)
    newest = None
    for row in connection.execute(told).mappings():
        at = in_utc(row["created_at"])
        if until is None or at <= until:
            by_draft[row["draft"]].append({**row, "created_at": at})
            newest = at
    asked = select(
        *(drafts.c[name] for name in ("id", "ticket", "created_at", "role", "version", "text")),
        drafts.c.reason,
        drafts.c.subject,
        drafts.c.messages.label("texts"),
        *(tickets.c[name] for name in ("external_id", "customer", "channel", "locale", "topic")),
        *(tickets.c[name] for name in ("at", "messages")),
    ).join(tickets, tickets.c.id == drafts.c.ticket)
    found, shadows = [], 0
    for row in connection.execute(asked.order_by(drafts.c.created_at, drafts.c.id)).mappings():
        if until is not None and in_utc(row["created_at"]) > until:
            continue
        if row["role"] == SHADOW:
            shadows += 1
            continue
        found.append(_drafted(row, joined(by_draft[row["id"]])))
    return Store(found, shadows, newest)


def _drafted(row: Mapping[Any, Any], outcome: Mapping[str, Any] | None) -> Drafted:
    same = ("id", "ticket", "external_id", "customer", "channel", "locale", "topic")
    return Drafted(
        **{name: row[name] for name in same},
        at=in_utc(row["at"]),
        subject=row["subject"],
        roles=tuple(message["role"] for message in row["messages"]),
        messages=tuple(row["texts"]),
        version=str(row["version"]),
        text=row["text"],
        held_back=row["reason"] is not None,
        outcome=outcome if outcome and outcome["action"] else None,
    )


def in_utc(at: datetime) -> datetime:
    """SQLite keeps no zone, PostgreSQL gives its session's."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
