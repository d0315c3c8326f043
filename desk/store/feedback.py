"""Keep tickets, drafts and outcomes; each call is one transaction, on disk when it returns."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from desk.errors import KeyReused, UnknownDraft
from desk.store.inbox import mark_done
from desk.store.tables import drafts, outcomes, tickets

Row = Mapping[str, Any]


@dataclass(frozen=True)
class FeedbackStore:
    """The store over an engine that `desk.store.engine` opened."""

    engine: Engine

    def add_draft(self, ticket: Row, draft: Row) -> str:
        """Keep a ticket and what was written for it; gives the draft's id."""
        ticket_id, draft_id, now = new_id(), new_id(), datetime.now(UTC)
        with self.engine.begin() as connection:
            connection.execute(
                insert(tickets).values(**{"id": ticket_id, "received_at": now, **ticket})
            )
            connection.execute(
                insert(drafts).values(
                    **{"id": draft_id, "ticket": ticket_id, "created_at": now, **draft}
                )
            )
        return draft_id

    def draft(self, draft_id: str) -> dict[str, Any]:
        """A draft with its `ticket` and what became of it under `outcome` (None until told).

        Raises UnknownDraft.
        """
        with self.engine.connect() as connection:
            found = connection.execute(select(drafts).where(drafts.c.id == draft_id)).mappings()
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

    def add_outcome(self, draft_id: str, outcome: Row, key: str | None) -> str:
        """Keep what became of a draft; gives the outcome's id, the same for the same `key`.

        Raises UnknownDraft, and KeyReused where `key` came before with something else.
        """
        digest = hashlib.sha256(
            json.dumps([draft_id, dict(outcome)], sort_keys=True).encode()
        ).hexdigest()
        outcome_id = new_id()
        row = {
            "id": outcome_id, "draft": draft_id, "created_at": datetime.now(UTC),
            "key": key, "digest": digest, **outcome,
        }  # fmt: skip
        try:
            with self.engine.begin() as connection:
                connection.execute(insert(outcomes).values(**row))
                if row.get("action"):
                    mark_done(connection, draft_id, row["created_at"])
            return outcome_id
        except IntegrityError:
            return self._told_before(draft_id, key, digest)

    def add_placeholders(self, ticket_id: str, values: Mapping[str, str]) -> None:
        """Keep what further placeholders of a ticket stand for."""
        with self.engine.begin() as connection:
            connection.execute(
                update(tickets).where(tickets.c.id == ticket_id).values(placeholders=dict(values))
            )

    def _told_before(self, draft_id: str, key: str | None, digest: str) -> str:
        with self.engine.connect() as connection:
            found = connection.execute(
                select(outcomes.c.id, outcomes.c.digest).where(outcomes.c.key == key)
            ).one_or_none()
        if key is None or found is None:
            raise UnknownDraft(f"draft {draft_id!r}: there is none of that id")
        if found.digest != digest:
            raise KeyReused(
                f"Idempotency-Key {key!r} came before with another outcome: take a new one"
            )
        return str(found.id)


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
