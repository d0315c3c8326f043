"""What helpdesks delivered, and which of their messages have a note; each call one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, and_, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from desk.store.engine import writing
from desk.store.tables import deliveries, notes

WAITING, DONE, FAILED = "waiting", "done", "failed"


@dataclass(frozen=True)
class Noted:
    """A message that has a note, or is about to."""

    draft: str | None
    """Its draft's id; None until there is one."""
    at: datetime | None
    """When agents could see it; None until they can."""


@dataclass(frozen=True)
class DeliveryStore:
    """The store over an engine that `desk.store.engine` opened."""

    engine: Engine

    def take(self, helpdesk: str, delivery: str, came: Mapping[str, Any]) -> bool:
        """Keep a delivery until it is done. False where it came before, and did not fail."""
        try:
            with writing(self.engine) as connection:
                connection.execute(
                    insert(deliveries).values(
                        helpdesk=helpdesk, id=delivery, received_at=datetime.now(UTC),
                        came=dict(came), state=WAITING,
                    )
                )  # fmt: skip
            return True
        except IntegrityError:
            return self._again(helpdesk, delivery)

    def waiting(self) -> list[tuple[str, dict[str, Any]]]:
        """Helpdesk and `came` of what an ended desk left undone, oldest first."""
        with self.engine.connect() as connection:
            found = connection.execute(
                select(deliveries.c.helpdesk, deliveries.c.came)
                .where(deliveries.c.state == WAITING)
                .order_by(deliveries.c.received_at)
            )
            return [(row.helpdesk, dict(row.came)) for row in found]

    def done(self, helpdesk: str, delivery: str) -> None:
        self._end(helpdesk, delivery, DONE, None)

    def failed(self, helpdesk: str, delivery: str, why: str) -> None:
        """Another delivery may take over what this one has not noted."""
        self._end(helpdesk, delivery, FAILED, why[:255])
        with writing(self.engine) as connection:
            connection.execute(
                update(notes)
                .where(notes.c.helpdesk == helpdesk, notes.c.delivery == delivery)
                .values(delivery=None)
            )

    def claim(self, helpdesk: str, message: str, conversation: str, delivery: str) -> Noted | None:
        """A message's note, for `delivery` alone to write; None where another has it in hand."""
        this = and_(notes.c.helpdesk == helpdesk, notes.c.message == message)
        try:
            with writing(self.engine) as connection:
                connection.execute(
                    insert(notes).values(
                        helpdesk=helpdesk, message=message, conversation=conversation,
                        delivery=delivery,
                    )
                )  # fmt: skip
            return Noted(None, None)
        except IntegrityError:
            free = or_(notes.c.delivery.is_(None), notes.c.delivery == delivery)
            with writing(self.engine) as connection:
                taken = connection.execute(
                    update(notes).where(this, free).values(delivery=delivery)
                )
                if not taken.rowcount:
                    return None
                row = connection.execute(select(notes.c.draft, notes.c.noted_at).where(this)).one()
            return Noted(row.draft, _utc(row.noted_at))

    def drafted(self, helpdesk: str, message: str, draft: str) -> None:
        self._write(helpdesk, message, draft=draft)

    def noted(self, helpdesk: str, message: str) -> None:
        self._write(helpdesk, message, noted_at=datetime.now(UTC))

    def note_of(self, helpdesk: str, conversation: str, messages: Sequence[str]) -> Noted | None:
        """The note of the first of `messages` that has a draft."""
        found = self._drafts(helpdesk, conversation)
        return next((found[message] for message in messages if message in found), None)

    def newest_note(self, helpdesk: str, conversation: str) -> Noted | None:
        """The newest note of a conversation that agents can see."""
        seen = [note for note in self._drafts(helpdesk, conversation).values() if note.at]
        return max(seen, key=lambda note: note.at or datetime.min, default=None)

    def _drafts(self, helpdesk: str, conversation: str) -> dict[str, Noted]:
        with self.engine.connect() as connection:
            found = connection.execute(
                select(notes.c.message, notes.c.draft, notes.c.noted_at)
                .where(notes.c.helpdesk == helpdesk, notes.c.conversation == conversation)
                .where(notes.c.draft.is_not(None))
            )
            return {row.message: Noted(row.draft, _utc(row.noted_at)) for row in found}

    def _again(self, helpdesk: str, delivery: str) -> bool:
        with writing(self.engine) as connection:
            taken = connection.execute(
                update(deliveries)
                .where(deliveries.c.helpdesk == helpdesk, deliveries.c.id == delivery)
                .where(deliveries.c.state == FAILED)
                .values(state=WAITING, why=None)
            )
            return bool(taken.rowcount)

    def _end(self, helpdesk: str, delivery: str, state: str, why: str | None) -> None:
        with writing(self.engine) as connection:
            connection.execute(
                update(deliveries)
                .where(deliveries.c.helpdesk == helpdesk, deliveries.c.id == delivery)
                .values(state=state, why=why)
            )

    def _write(self, helpdesk: str, message: str, **values: Any) -> None:
        with writing(self.engine) as connection:
            connection.execute(
                update(notes)
                .where(notes.c.helpdesk == helpdesk, notes.c.message == message)
                .values(**values)
            )


def _utc(at: datetime | None) -> datetime | None:
    """SQLite forgets the zone."""
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
