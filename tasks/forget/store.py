"""The desk's store: whose ticket is whose, and the removal of a customer's in one transaction."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.errors import BadInput
from tasks.forget.person import Person

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


@dataclass
class Stored:
    """A ticket of the store with all that hangs on it. `asked` are texts of the customer's."""

    id: str
    customer: str
    names: list[str]
    external_id: str
    source: str
    values: list[str]
    asked: list[str]
    answered: list[str] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)


def read_store(url: str) -> list[Stored]:
    """Every ticket; none where there is no store yet.

    Raises BadInput where it can't be read, or a newer desk has changed it.
    """
    if (path := sqlite_file(url)) is not None and not path.is_file():
        return []
    from desk.store.reading import reading

    with reading(url) as connection:
        return list(_tickets(connection))


def sqlite_file(url: str) -> Path | None:
    """The store's file; None for PostgreSQL, and for what is no address."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        address = make_url(url)
    except ArgumentError:
        return None
    return Path(address.database or "") if address.get_backend_name() == "sqlite" else None


def _tickets(connection: "Connection") -> Iterator[Stored]:
    from sqlalchemy import select

    from desk.store.tables import drafts, outcomes, tickets

    told: dict[str, list[Any]] = defaultdict(list)
    for outcome in connection.execute(select(outcomes.c.id, outcomes.c.draft, outcomes.c.sent)):
        told[outcome.draft].append(outcome)
    drafted: dict[str, list[Any]] = defaultdict(list)
    columns = (drafts.c.id, drafts.c.ticket, drafts.c.subject, drafts.c.messages, drafts.c.text)
    for draft in connection.execute(select(*columns)):
        drafted[draft.ticket].append(draft)
    names = ("id", "customer", "names", "external_id", "source", "subject", "messages",
             "placeholders")  # fmt: skip
    for row in connection.execute(select(*(tickets.c[name] for name in names))).all():
        agents = [one["text"] for one in row.messages if one["role"] == "agent"]
        asked = [one["text"] for one in row.messages if one["role"] != "agent"]
        one = Stored(
            row.id, row.customer or "", list(row.names), row.external_id or "", row.source,
            list((row.placeholders or {}).values()), [row.subject or "", *asked], agents,
        )  # fmt: skip
        for its in drafted[row.id]:
            one.drafts.append(its.id)
            one.asked += [its.subject, *its.messages]
            one.answered.append(its.text)
            one.outcomes += [each.id for each in told[its.id]]
            one.answered += [each.sent for each in told[its.id] if each.sent]
        yield one


def remove(url: str, person: Person) -> int:
    """Delete the customer's tickets with all that hangs on them; gives how many tickets went.

    One transaction. Of SQLite's file no byte of them is left, nor of its WAL.
    Raises BadInput where a desk has the store open.
    """
    if (path := sqlite_file(url)) is not None and not path.is_file():
        return 0
    from desk.store.engine import open_engine

    engine = open_engine(url)
    try:
        gone = _delete(engine, person)
        if engine.dialect.name == "sqlite":
            _leave_no_byte(engine)
        else:
            _vacuum(engine)
        return gone
    finally:
        engine.dispose()


def _delete(engine: "Engine", person: Person) -> int:
    from sqlalchemy import delete, select

    from desk.store.engine import writing
    from desk.store.tables import deliveries, drafts, notes, outcomes, tickets

    gone = 0
    with writing(engine) as connection:
        came = connection.execute(select(deliveries.c.helpdesk, deliveries.c.id, deliveries.c.came))
        for helpdesk, delivery, told in came.all():
            if f"{helpdesk} {told.get('conversation')}" in person.conversations:
                this = (deliveries.c.helpdesk == helpdesk) & (deliveries.c.id == delivery)
                connection.execute(delete(deliveries).where(this))
        noted = connection.execute(select(notes.c.helpdesk, notes.c.message, notes.c.conversation))
        for helpdesk, message, conversation in noted.all():
            if f"{helpdesk} {conversation}" in person.conversations:
                this = (notes.c.helpdesk == helpdesk) & (notes.c.message == message)
                connection.execute(delete(notes).where(this))
        for ids in _some(person.stored):
            theirs = select(drafts.c.id).where(drafts.c.ticket.in_(ids))
            connection.execute(delete(notes).where(notes.c.draft.in_(theirs)))
            connection.execute(delete(outcomes).where(outcomes.c.draft.in_(theirs)))
            connection.execute(delete(drafts).where(drafts.c.ticket.in_(ids)))
            gone += connection.execute(delete(tickets).where(tickets.c.id.in_(ids))).rowcount
    return gone


def _some(ids: set[str]) -> Iterator[list[str]]:
    """A few hundred at a time: an engine takes no statement with any number of values."""
    listed = sorted(ids)
    for start in range(0, len(listed), 500):
        yield listed[start : start + 500]


def _leave_no_byte(engine: "Engine") -> None:
    """secure_delete has overwritten the rows; VACUUM drops the free pages, and the WAL is cut."""
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("VACUUM")
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _vacuum(engine: "Engine") -> None:
    """Dead rows leave the tables' files; what archives and replicas hold is not reached."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("tickets", "drafts", "outcomes", "notes", "deliveries"):
            connection.exec_driver_sql(f"VACUUM FULL {table}")


def refuse_busy(url: str) -> None:
    """Raise BadInput where a desk works on a PostgreSQL store."""
    if sqlite_file(url) is not None:
        return
    from sqlalchemy import text

    from desk.store.reading import reading

    asked = text(
        "select count(*) from pg_stat_activity where application_name = 'replymill desk' "
        "and datname = current_database() and pid <> pg_backend_pid()"
    )
    with reading(url) as connection:
        desks = int(connection.execute(asked).scalar_one())
    if desks:
        raise BadInput(
            f"a desk is connected to the feedback store ({desks} sessions): end it, forget, and "
            "start it again, since it holds tickets in memory; nothing was changed"
        )


def dump(url: str) -> Iterator[list[Any]]:
    """The rows of every table of a PostgreSQL store, to be searched."""
    from sqlalchemy import select

    from desk.store.reading import reading
    from desk.store.tables import metadata

    with reading(url) as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                yield [table.name, dict(row)]
