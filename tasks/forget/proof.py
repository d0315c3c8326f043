"""The proof: everything is searched once more, and nothing of the customer is found."""

import hashlib
from dataclasses import dataclass

from drafter.errors import NotForgotten
from tasks.dag import locked_stages
from tasks.forget.cache import Cache, still_made
from tasks.forget.decode import batches, row_text
from tasks.forget.journal import Journal
from tasks.forget.needles import Needles, found_in
from tasks.forget.person import Person
from tasks.forget.search import search
from tasks.forget.sources import Table, rows_of
from tasks.forget.store import dump, read_store, sqlite_file
from tasks.forget.survey import Where, to_search
from tasks.forget.table import shown
from tasks.forget.traces import database, find_traces
from tasks.forget.who import is_their_ticket, is_theirs


@dataclass(frozen=True)
class Proof:
    """What was searched, and by what; `unread` are files that no reader could open."""

    files: int
    bytes: int
    needles: int
    rows: int
    """Of a store in PostgreSQL; SQLite's file is one of the files."""
    anew: int
    """Runs of words of replies that rebuilt models wrote by themselves, and that were left out."""


def prove(journal: Journal, tables: list[Table], where: Where, before: Needles) -> Proof:
    """Search again. Raises NotForgotten that names each place where something is left.

    `before` are the needles, of which `without_anew` has left some out.
    """
    person, needles = journal.person, journal.person.needles
    left = [
        f"dvc.lock: stage {name} is still of what held them: `dvc repro {name}`"
        for name in still_made(where.paths, journal.cached)
    ]
    root = where.paths.root
    for table in tables:
        rows = sum(is_theirs(row, table, person) for row in rows_of(table, root))
        if rows:
            left.append(f"{shown(table.path, root)}: {rows} rows")
    tickets = sum(is_their_ticket(one, person) for one in read_store(where.feedback_url))
    if tickets:
        left.append(f"the desk's store: {tickets} tickets")
    found = search(to_search(where, tables, Cache.of(where.paths)), needles)
    for hit in found.hits.values():
        parts = ", ".join(f"{part.lstrip(':') or 'rows'} {n}" for part, n in hit.rows.items() if n)
        left.append(f"{shown(hit.path, root)}: {len(hit.needles)} finds{parts and f' ({parts})'}")
    left += [f"{shown(path, root)}: can't be read" for path in found.unread]
    rows, hits = postgres_hits(where.feedback_url, needles)
    left += hits
    if database(where.tracking_uri) is None:
        traces = find_traces(where.tracking_uri, needles)
        left += [f"MLflow: trace {trace}" for some in traces.values() for trace in sorted(some)]
    if left:
        listed = "\n  ".join(sorted(set(left)))
        raise NotForgotten(
            f"{len(left)} places still hold something of the customer:\n  {listed}\n"
            "take it out there (a file that nothing else needs can be deleted), and tell this again"
        )
    return Proof(found.files, found.bytes, needles.count, rows, before.count - needles.count)


def postgres_hits(url: str, needles: Needles) -> tuple[int, list[str]]:
    """How many rows a store in PostgreSQL has, and which tables hold a needle."""
    if sqlite_file(url) is not None:
        return 0, []
    count, hits = 0, set()
    for batch in batches(dump(url)):
        count += len(batch)
        texts = [row_text(row) for row in batch]
        for row, hit in zip(batch, found_in(texts, needles), strict=True):
            if hit:
                hits.add(f"the desk's store: table {row[0]}")
    return count, sorted(hits)


def without_anew(person: Person, where: Where) -> None:
    """Look no more for words of replies that the rebuilt models wrote by themselves.

    A team's replies are alike: what a model that never saw the customer writes is not theirs. It
    counts where the drafts are those that dvc.lock knows; words of the customer's own always stay.
    """
    import polars as pl

    hashes = {
        out["path"]: out.get("md5")
        for stage in locked_stages(where.paths.root).values()
        for out in stage.get("outs", [])
    }
    written: set[str] = set()
    for path in sorted((where.paths.root / "data/drafts").glob("*.parquet")):
        name = path.relative_to(where.paths.root).as_posix()
        if hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() != hashes.get(name):
            continue
        texts = pl.read_parquet(path, columns=["text"])["text"].drop_nulls().to_list()
        for hit in found_in(texts, Needles(frozenset(), frozenset(), frozenset(person.replies))):
            written |= hit
    person.replies -= written
