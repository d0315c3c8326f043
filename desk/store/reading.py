"""The store for those who only read: nothing is written to it, not even a migration.

Whoever reads names the columns, and those of the first migration: a store may be older than this.
`has_column` tells of a later one.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Column, Connection, Engine, create_engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from desk.store.migrate import configuration, revisions
from drafter.errors import BadInput


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """A connection to the store at `url`.

    Raises BadInput where there is no store, none of the desk's, or one of a newer desk.
    """
    engine = _open(url)
    where = engine.url.render_as_string(hide_password=True)
    try:
        with engine.connect() as connection:
            _refuse_unknown(connection, where)
            yield connection
    except SQLAlchemyError as error:
        # its message may quote rows
        raise BadInput(
            f"the feedback store {where} can't be read ({type(error).__name__}): is it the desk's, "
            "and does its server run? REPLYMILL_FEEDBACK_URL names it"
        ) from None
    finally:
        engine.dispose()


def has_column(connection: Connection, column: "Column[Any]") -> bool:
    """Whether a store, which may be older than this, has one of a later migration."""
    there = inspect(connection).get_columns(column.table.name)
    return column.name in {one["name"] for one in there}


def _open(url: str) -> Engine:
    """An engine over the store at `url`; a SQLite file that is not there is not made."""
    try:
        address = make_url(url)
        if address.get_backend_name() != "sqlite":
            return create_engine(address, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError):
        raise BadInput(
            "REPLYMILL_FEEDBACK_URL is no address of a database: write it as "
            "sqlite:///var/desk/feedback.db or postgresql+psycopg://user@host/name"
        ) from None
    path = Path(address.database or "")
    if not path.is_file():
        raise BadInput(
            f"no feedback store at {path}: the desk makes it when it starts (`make up`); another "
            "place is named in REPLYMILL_FEEDBACK_URL"
        )
    uri = f"file:{quote(str(path.resolve()))}?mode=ro"
    return create_engine(
        address, creator=lambda: sqlite3.connect(uri, uri=True), hide_parameters=True
    )


def _refuse_unknown(connection: Connection, where: str) -> None:
    """Raise BadInput where the store is not the desk's, or a newer desk has changed it."""
    heads, known = revisions(connection, configuration())
    if not heads:
        raise BadInput(
            f"{where} holds no desk's tables: start the desk on it, or name its store in "
            "REPLYMILL_FEEDBACK_URL"
        )
    if unknown := heads - known:
        raise BadInput(
            f"{where} is at revision {', '.join(sorted(unknown))}, and this Replymill knows those "
            f"up to {max(known)}: update it to the desk's version"
        )
