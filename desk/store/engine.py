"""Open the feedback store: SQLite or PostgreSQL, brought to the newest migration first."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url

from desk.errors import StoreTrouble
from desk.store.migrate import migrate
from desk.store.trouble import tell

# A server that is gone without a word must not hold a draft for minutes: libpq's own settings,
# which the address may set otherwise.
POSTGRES_PATIENCE = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "tcp_user_timeout": "10000",
    "application_name": "replymill desk",
}


def open_engine(url: str, later: bool = False) -> Engine:
    """An engine over `url`, its tables made or migrated.

    Where the database is full or away this raises StoreFull or StoreAway, or, with `later`,
    migrates as soon as a connection comes about. Raises StoreTooNew.
    """
    engine = bare_engine(make_url(url))
    try:
        migrate(engine)
    except Exception as error:
        if not (later and isinstance(error, StoreTrouble)):
            engine.dispose()
            raise
        _migrate_on_first_use(engine)
    return engine


def bare_engine(address: URL) -> Engine:
    """An engine whose tables are as they are."""
    # SQLAlchemy's errors would quote tickets
    if address.get_backend_name() == "sqlite":
        if address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(address, connect_args={"timeout": 30}, hide_parameters=True)
        event.listen(engine, "connect", _sqlite_durable)
        engine.update_execution_options(queue=threading.Lock())
    else:
        patience = {k: v for k, v in POSTGRES_PATIENCE.items() if k not in address.query}
        engine = create_engine(
            address, connect_args=patience, pool_pre_ping=True, hide_parameters=True
        )
        event.listen(engine, "connect", _postgres_durable)
    event.listen(engine, "handle_error", tell)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that reads and then writes: on SQLite nobody else writes in between.

    On PostgreSQL `with_for_update` holds the rows that it reads.
    """
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            yield connection
        return
    # SQLite lets who waits sleep and look again; a queue of our own wakes the next one at once
    with engine.get_execution_options()["queue"], engine.begin() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


def _sqlite_durable(connection: Any, _: Any) -> None:
    """WAL lets pages read while an outcome is written; FULL has it on disk when commit returns.

    What is deleted is overwritten: a forgotten customer's words must not stay in a free page.
    """
    for pragma in (
        "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON",
    ):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")


def _postgres_durable(connection: Any, _: Any) -> None:
    """A server may be set to acknowledge before the disk does; not to this desk."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('synchronous_commit', 'on', false) "
            "where current_setting('synchronous_commit') in ('off', 'false', 'no', '0')"
        )
    connection.commit()


def _migrate_on_first_use(engine: Engine) -> None:
    """Before anybody uses a connection, migrate; whoever comes meanwhile waits for that."""
    alone, done = threading.RLock(), threading.Event()
    migrating = threading.local()

    def first(_: Connection) -> None:
        if done.is_set() or getattr(migrating, "now", False):
            return
        with alone:
            if done.is_set():
                return
            migrating.now = True
            try:
                migrate(engine)
                done.set()
            finally:
                migrating.now = False

    event.listen(engine, "engine_connect", first)
