"""The inbox: which tickets wait for an answer, which have one, fifty at a time.

A ticket's `done_at` is when an outcome with an action first came for it. Two indexes, one over what
waits and one over what is done, give any page of either without reading the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, and_, func, literal, select, tuple_, update

from desk.errors import UnknownTicket
from desk.store.roles import SEEN
from desk.store.tables import drafts, outcomes, tickets

Show = Literal["waiting", "done"]
Order = Literal["newest", "oldest"]
PAGE = 50
_LISTED = ("id", "received_at", "done_at", "customer", "names", "subject", "messages", "topic",
           "channel", "source")  # fmt: skip


@dataclass(frozen=True)
class Inbox:
    """Reads over the engine that `desk.store.engine` opened."""

    engine: Engine

    def page(self, show: Show, order: Order, after: str | None = None) -> list[dict[str, Any]]:
        """Up to PAGE tickets behind ticket `after`, with their draft's `reason` and `action`.

        Raises UnknownTicket.
        """
        listed = [tickets.c[name] for name in _LISTED]
        with self.engine.connect() as connection:
            behind = self._behind(connection, show, order, after) if after else _all(show)
            asked = select(*listed).where(behind).order_by(*_by(show, order)).limit(PAGE)
            rows = [dict(row) for row in connection.execute(asked).mappings()]
            reasons = _drafted(connection, [row["id"] for row in rows])
        return [{**row, **reasons[row["id"]]} for row in rows if row["id"] in reasons]

    def waiting(self, since: datetime | None = None) -> int:
        """How many tickets wait; of those that came after `since`, if it is given."""
        asked = select(func.count()).select_from(tickets).where(tickets.c.done_at.is_(None))
        if since:
            asked = asked.where(tickets.c.received_at > since)
        with self.engine.connect() as connection:
            return int(connection.execute(asked).scalar_one())

    def draft_of(self, ticket_id: str) -> str:
        """The id of the draft that an agent sees for a ticket. Raises UnknownTicket."""
        asked = (
            select(drafts.c.id)
            .where(drafts.c.ticket == ticket_id, SEEN)
            .order_by(drafts.c.created_at.desc(), drafts.c.id)
            .limit(1)
        )
        with self.engine.connect() as connection:
            found = connection.execute(asked).scalar_one_or_none()
        if found is None:
            raise UnknownTicket(f"ticket {ticket_id!r}: there is none of that id")
        return str(found)

    def beside(self, ticket_id: str, show: Show, order: Order) -> tuple[str | None, str | None]:
        """The tickets before and after this one in a list. Raises UnknownTicket."""
        other: Order = "newest" if order == "oldest" else "oldest"
        with self.engine.connect() as connection:
            before, after = (
                connection.execute(
                    select(tickets.c.id)
                    .where(self._behind(connection, show, way, ticket_id))
                    .order_by(*_by(show, way))
                    .limit(1)
                ).scalar_one_or_none()
                for way in (other, order)
            )
        return before, after

    def first(self, order: Order) -> str | None:
        """The first ticket that waits."""
        asked = select(tickets.c.id).where(_all("waiting")).order_by(*_by("waiting", order))
        with self.engine.connect() as connection:
            return connection.execute(asked.limit(1)).scalar_one_or_none()

    def _behind(self, connection: Connection, show: Show, order: Order, ticket_id: str) -> Any:
        """The condition of what stands behind a ticket in the list."""
        # a ticket that was just answered keeps its place among those that wait
        placed = connection.execute(
            select(_at(show), tickets.c.id).where(tickets.c.id == ticket_id)
        ).one_or_none()
        if placed is None:
            raise UnknownTicket(f"ticket {ticket_id!r}: there is none of that id")
        columns = (_at(show), tickets.c.id)
        here = tuple_(*columns)
        there = tuple_(*(literal(v, c.type) for v, c in zip(placed, columns, strict=True)))
        return and_(_all(show), here > there if order == "oldest" else here < there)


def mark_done(connection: Connection, draft_id: str, at: datetime) -> None:
    """Take a draft's ticket off the list of those that wait; the first outcome says when."""
    ticket = select(drafts.c.ticket).where(drafts.c.id == draft_id).scalar_subquery()
    connection.execute(
        update(tickets)
        .where(tickets.c.id == ticket, tickets.c.done_at.is_(None))
        .values(done_at=at)
    )


def _at(show: Show) -> Any:
    return tickets.c.received_at if show == "waiting" else tickets.c.done_at


def _all(show: Show) -> Any:
    return tickets.c.done_at.is_(None) if show == "waiting" else tickets.c.done_at.is_not(None)


def _by(show: Show, order: Order) -> list[Any]:
    columns = [_at(show), tickets.c.id]
    return columns if order == "oldest" else [column.desc() for column in columns]


def _drafted(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The `reason` and the `action` of the draft that is seen for each of these tickets."""
    seen = select(drafts.c.ticket, drafts.c.id, drafts.c.reason).where(
        drafts.c.ticket.in_(ids), SEEN
    )
    found = {
        row.ticket: row
        for row in connection.execute(seen.order_by(drafts.c.created_at, drafts.c.id))
    }
    told = connection.execute(
        select(outcomes.c.draft, outcomes.c.action)
        .where(outcomes.c.draft.in_([row.id for row in found.values()]))
        .where(outcomes.c.action.is_not(None))
        .order_by(outcomes.c.created_at, outcomes.c.id)
    )
    actions = {row.draft: row.action for row in told}
    return {
        ticket: {"reason": row.reason, "action": actions.get(row.id)}
        for ticket, row in found.items()
    }
