"""Keep tickets, drafts and outcomes; each call is one transaction, on disk when it returns."""

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from desk.errors import KeyReused, UnknownDraft
from desk.store.engine import writing
from desk.store.inbox import mark_done
from desk.store.roles import SEEN
from desk.store.tables import drafts, outcomes, tickets

if TYPE_CHECKING:
    # it brings polars, which a command's --help must not wait for
    from drafter.pseudonyms import Hidden

Row = Mapping[str, Any]
Hide = Callable[[str, Mapping[str, str]], "Hidden"]
"""What was sent and what a ticket's placeholders stand for, to the same in placeholders."""


@dataclass(frozen=True)
class FeedbackStore:
    """The store over an engine that `desk.store.engine` opened.

    Each call raises StoreAway or StoreFull where the database is; then nothing of it was kept.
    """

    engine: Engine

    def add_draft(self, ticket: Row, draft: Row) -> str:
        """Keep a ticket and what was written for it; gives the draft's id."""
        kept = drafted(ticket, draft)
        self.keep(kept)
        return str(kept["id"])

    def keep(self, kept: Row) -> None:
        """Keep what `drafted` put together."""
        draft = {name: kept[name] for name in kept if name not in ("ticket", "outcome")}
        ticket = kept["ticket"]
        with writing(self.engine) as connection:
            connection.execute(insert(tickets).values(**_clean(ticket)))
            connection.execute(insert(drafts).values(**_clean(draft), ticket=ticket["id"]))

    def add_shadow(self, ticket_id: str, draft: Row) -> dict[str, Any]:
        """Keep what a challenger wrote for a ticket that is kept, unseen; gives it as it is kept.

        A ticket that was deleted meanwhile can't have one: IntegrityError.
        """
        kept = {**draft, "id": new_id(), "created_at": datetime.now(UTC), "ticket": ticket_id}
        with writing(self.engine) as connection:
            connection.execute(insert(drafts).values(**_clean(kept)))
        return kept

    def draft(self, draft_id: str) -> dict[str, Any]:
        """A draft with its `ticket` and what became of it under `outcome` (None until told).

        Raises UnknownDraft, also for a shadow's, which nobody is shown.
        """
        with self.engine.connect() as connection:
            asked = select(drafts).where(drafts.c.id == draft_id, SEEN)
            found = connection.execute(asked).mappings()
            draft = found.one_or_none()
            if draft is None:
                raise UnknownDraft(f"draft {draft_id!r}: there is none of that id")
            ticket = connection.execute(select(tickets).where(tickets.c.id == draft["ticket"]))
            told = connection.execute(
                select(outcomes)
                .where(outcomes.c.draft == draft_id)
                .order_by(outcomes.c.created_at, outcomes.c.id)
            )
            return {
                **draft,
                "ticket": dict(ticket.mappings().one()),
                "outcome": joined([dict(row) for row in told.mappings()]),
            }

    def add_outcome(
        self, draft_id: str, outcome: Row, key: str | None, hide: Hide | None = None
    ) -> str:
        """Keep what became of a draft; gives the outcome's id, the same for the same `key`.

        With `hide`, what was `sent` is kept in the ticket's placeholders, and new ones with it.
        Raises UnknownDraft, and KeyReused where `key` came before with something else.
        """
        row = {"id": new_id(), "draft": draft_id, "created_at": datetime.now(UTC), "key": key,
               "digest": _digest(draft_id, outcome), **outcome}  # fmt: skip
        try:
            with writing(self.engine) as connection:
                return self._add_outcome(connection, row, hide)
        except IntegrityError:
            # on PostgreSQL the same key came meanwhile, for another draft
            with self.engine.connect() as connection:
                before = _told_before(connection, row)
            if before is None:
                raise
            return before

    def _add_outcome(self, connection: Connection, row: dict[str, Any], hide: Hide | None) -> str:
        # held until the commit: whoever tells of the same ticket comes after, and knows this key
        ticket = connection.execute(
            select(tickets.c.id, tickets.c.placeholders)
            .join(drafts, drafts.c.ticket == tickets.c.id)
            .where(drafts.c.id == row["draft"], SEEN)
            .with_for_update(of=tickets)
        ).one_or_none()
        if ticket is None:
            raise UnknownDraft(f"draft {row['draft']!r}: there is none of that id")
        if before := _told_before(connection, row):
            return before
        if hide and row.get("sent"):
            hidden = hide(row["sent"], ticket.placeholders)
            row["sent"] = hidden.texts[0]
            if hidden.values != ticket.placeholders:
                connection.execute(
                    update(tickets)
                    .where(tickets.c.id == ticket.id)
                    .values(placeholders=dict(hidden.values))
                )
        connection.execute(insert(outcomes).values(**_clean(row)))
        if row.get("action"):
            mark_done(connection, row["draft"], row["created_at"])
        return str(row["id"])


def drafted(ticket: Row, draft: Row) -> dict[str, Any]:
    """A draft as `FeedbackStore.draft` gives it, with ids and times, before it is kept."""
    now = datetime.now(UTC)
    return {
        **draft,
        "id": new_id(),
        "created_at": now,
        "ticket": {"id": new_id(), "received_at": now, **ticket},
        "outcome": None,
    }


def joined(told: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What is known of a draft's outcome: of each field, what was told last."""
    if not told:
        return None
    fields = ("action", "sent", "agent", "seconds", "csat", "reopened")
    known: dict[str, Any] = dict.fromkeys(fields)
    for row in told:
        known |= {field: row[field] for field in fields if row[field] is not None}
    return known | {"at": told[0]["created_at"]}


def new_id() -> str:
    return uuid.uuid4().hex


def _told_before(connection: Connection, row: Row) -> str | None:
    """The id of what came under `row`'s key before. Raises KeyReused where it is not the same."""
    if row["key"] is None:
        return None
    found = connection.execute(
        select(outcomes.c.id, outcomes.c.digest).where(outcomes.c.key == row["key"])
    ).one_or_none()
    if found is None:
        return None
    # of a ticket that is blanked by now there is no digest any more
    if found.digest not in ("", row["digest"]):
        raise KeyReused(
            f"Idempotency-Key {row['key']!r} came before with another outcome: take a new one"
        )
    return str(found.id)


def _digest(draft_id: str, outcome: Row) -> str:
    """Of what was told, before its placeholders: those may differ the second time."""
    return hashlib.sha256(
        json.dumps([draft_id, dict(outcome)], sort_keys=True).encode()
    ).hexdigest()


def _clean(row: Row) -> dict[str, Any]:
    """PostgreSQL's text can't hold U+0000; in JSON it may stand."""
    return {
        name: value.replace("\0", "") if isinstance(value, str) else value
        for name, value in row.items()
    }
