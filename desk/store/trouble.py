"""What a database says when it is full or away, as the desk's own errors; values stay unsaid."""

import sqlite3
from typing import Any

from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, IntegrityError

from desk.errors import StoreAway, StoreFull

# SQLite says FULL where a write finds no room, and one of these where its WAL or index finds none
SQLITE_FULL = {
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_SHMMAP,
}  # fmt: skip
SQLITE_AWAY = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB,
}  # fmt: skip
POSTGRES_FULL = {"53100"}
# of PostgreSQL's classes of errors: connection, resources, not in the right state, an
# operator's intervention, the system, its configuration; 28 and 3D refuse user or database
POSTGRES_AWAY = ("08", "53", "55", "57", "58", "F0", "28", "3D", "25006")


def tell(context: ExceptionContext) -> None:
    """Raises StoreFull or StoreAway for what SQLAlchemy is about to raise; leaves the rest."""
    error: Any = context.original_exception
    if isinstance(context.sqlalchemy_exception, IntegrityError):
        return
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0)
        full, away = code in SQLITE_FULL, code & 0xFF in SQLITE_AWAY
        name = getattr(error, "sqlite_errorname", type(error).__name__)
    else:
        state = getattr(error, "sqlstate", None) or ""
        full, away = state in POSTGRES_FULL, state.startswith(POSTGRES_AWAY)
        # psycopg has no state for what never reached the server
        away |= not state and (context.is_disconnect or _is_operational(context))
        name = f"{type(error).__name__} {state}".strip()
    if full:
        raise StoreFull(
            f"the feedback store's disk is full ({name}): nothing was kept; make room, then tell "
            "it again"
        ) from error
    if away:
        raise StoreAway(f"the feedback store does not answer ({name}): tell it again") from error


def _is_operational(context: ExceptionContext) -> bool:
    error = context.sqlalchemy_exception
    return isinstance(error, DBAPIError) and type(error).__name__ in (
        "OperationalError", "InterfaceError",
    )  # fmt: skip
