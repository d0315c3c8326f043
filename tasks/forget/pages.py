"""Prefect's database (var/prefect): pages of runs, and their logs, that quote the customer."""

import sqlite3
from pathlib import Path

from tasks.forget.decode import ROWS, row_text
from tasks.forget.needles import Needles, found_in
from tasks.paths import Paths

# What Prefect shows of a run and nothing of its own depends on.
TABLES = ("artifact", "artifact_collection", "log", "events")


def prefect_database(paths: Paths) -> Path:
    return paths.var / "prefect/prefect.db"


def clean_pages(paths: Paths, needles: Needles) -> int:
    """Delete the rows that hold a needle, and leave no byte of them; gives how many there were."""
    path = prefect_database(paths)
    if not path.is_file():
        return 0
    connection = sqlite3.connect(path, timeout=30)
    try:
        connection.execute("PRAGMA secure_delete=ON")
        gone = sum(_clean(connection, table, needles) for table in _there(connection))
        connection.commit()
        if gone:
            connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    return gone


def _there(connection: sqlite3.Connection) -> list[str]:
    names = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
    return [table for table in TABLES if (table,) in names]


def _clean(connection: sqlite3.Connection, table: str, needles: Needles) -> int:
    hit: list[int] = []
    rows = connection.execute(f'select rowid, * from "{table}"')  # noqa: S608, of TABLES
    while batch := rows.fetchmany(ROWS):
        found = found_in([row_text(row) for row in batch], needles)
        hit += [row[0] for row, some in zip(batch, found, strict=True) if some]
    connection.executemany(
        f'delete from "{table}" where rowid = ?',  # noqa: S608, of TABLES
        [(row,) for row in hit],
    )
    return len(hit)
