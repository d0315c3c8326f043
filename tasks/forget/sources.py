"""The user's own tables, row by row: the exports that params.yaml names, and the desk's snapshot.

Ingest's readers say which files there are, how they are encoded and what stands between cells. Here
every row counts, also one that ingest would set aside.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from drafter.errors import BadInput
from tasks.forget.decode import leaves
from tasks.forget.spans import Spans
from tasks.ingest.arrow_rows import ParquetFile
from tasks.ingest.csv_file import CsvFile
from tasks.ingest.desk import desk_source
from tasks.ingest.hub import open_dataset
from tasks.ingest.output import Count
from tasks.ingest.params import (
    Chat,
    HuggingFace,
    IngestParams,
    Questions,
    Replies,
    TicketTable,
    TwoTables,
)
from tasks.ingest.readers import open_source
from tasks.paths import Paths

IDS = ("ticket_id", "thread_id")
ASKED = ("subject", "message", "messages")
ANSWERED = ("reply", "draft")
Kind = Literal["csv", "jsonl", "parquet", "dataset"]


class Row(NamedTuple):
    """A row of an export. `raw` is the whole of one that can't be told into cells."""

    key: str
    """Of its customer; empty where it has none."""
    names: tuple[str, ...]
    agent: str
    ids: tuple[str, ...]
    asked: str
    """What the customer wrote."""
    answered: str
    raw: str | None = None


@dataclass(frozen=True)
class Table:
    """One file of a source, or a dataset of the `datasets` library."""

    path: Path
    kind: Kind
    encoding: str
    separator: str
    columns: Mapping[str, list[str]]
    """Our field: their columns."""
    list_separator: str
    dataset: HuggingFace | None = None


def tables_of(params: IngestParams, paths: Paths) -> list[Table]:
    """Every table of tickets. Raises BadInput where a source can't be opened."""
    found: list[Table] = []
    if (made := desk_source(params, paths)) is not None:
        found += _files(made, made.columns, paths, params.feedback)
    for source in params.tickets:
        if isinstance(source, TwoTables):
            for part in (source.questions, source.replies):
                found += _files(part, part.columns, paths, params.watch)
        elif isinstance(source, HuggingFace):
            columns = _listed(source.columns)
            place = paths.root / source.dataset
            table = Table(place, "dataset", "", "", columns, source.list_separator, source)
            found.append(table)
        else:
            found += _files(source, source.columns, paths, params.watch)
    # a file that two sources name is one
    return list({table.path: table for table in found}.values())


def _files(
    files: TicketTable | Questions | Replies | Chat,
    columns: Mapping[Any, Any],
    paths: Paths,
    watch: str,
) -> Iterator[Table]:
    opened = open_source(files, columns, (), Count("tickets", files.path), paths.root, watch)
    for reader, _ in opened.readers:
        path = reader.path  # type: ignore[attr-defined]
        if isinstance(reader, CsvFile):
            kind, encoding, separator = "csv", reader.encoding, reader.separator
        elif isinstance(reader, ParquetFile):
            kind, encoding, separator = "parquet", "", ""
        else:
            kind, encoding, separator = "jsonl", reader.encoding, ""  # type: ignore[attr-defined]
        yield Table(
            path, kind, encoding, separator, _listed(columns), files.list_separator  # type: ignore[arg-type]
        )  # fmt: skip


def _listed(columns: Mapping[Any, Any]) -> dict[str, list[str]]:
    return {
        field: [theirs] if isinstance(theirs, str) else list(theirs)
        for field, theirs in columns.items()
    }


def rows_of(table: Table, root: Path) -> Iterator[Row]:
    """The rows in the file's order. Raises BadInput where it can't be read."""
    if table.kind == "csv":
        spans = Spans.of(table.path, table.encoding, table.separator)
        for cells, whole in spans.rows():
            yield _row(cells, table) if cells is not None else _unread(whole)
    elif table.kind == "jsonl":
        for line in table.path.read_bytes().decode(table.encoding, "replace").split("\n"):
            try:
                value = json.loads(line)
            except ValueError:
                value = None
            yield _row(value, table) if isinstance(value, dict) else _unread(line)
    elif table.kind == "parquet":
        import polars as pl

        for value in pl.read_parquet(table.path).iter_rows(named=True):
            yield _row(value, table)
    else:
        assert table.dataset is not None
        for value in open_dataset(table.dataset, root):
            yield _row(dict(value), table)


def _unread(whole: str) -> Row:
    return Row("", (), "", (), "", "", whole)


def _row(cells: Mapping[str, Any], table: Table) -> Row:
    def told(field: str) -> list[str]:
        return [
            text.strip()
            for name in table.columns.get(field, ())
            for text in _texts(cells.get(name))
            if text.strip()
        ]

    names = [
        name.strip()
        for cell in told("names")
        for name in cell.split(table.list_separator)
        if name.strip()
    ]
    return Row(
        next(iter(told("customer")), ""),
        tuple(names),
        next(iter(told("agent")), ""),
        tuple(one for field in IDS for one in told(field)),
        "\n".join(text for field in ASKED for text in told(field)),
        "\n".join(text for field in ANSWERED for text in told(field)),
    )


def _texts(value: Any) -> list[str]:
    """The texts in a cell: of a conversation, also where it is written as JSON."""
    if isinstance(value, str) and value[:1] in "[{":
        try:
            return list(leaves(json.loads(value)))
        except ValueError:
            return [value]
    if isinstance(value, int | float):
        return [f"{value:g}" if isinstance(value, float) else str(value)]
    return list(leaves(value))


def refuse_fixed(tables: list[Table], theirs: Mapping[Path, int]) -> None:
    """Raise BadInput where rows stand in what can't be rewritten, before anything is changed."""
    for table in tables:
        if theirs.get(table.path) and table.kind == "dataset":
            raise BadInput(
                f"{table.path}: {theirs[table.path]} rows are the customer's, and a dataset of the "
                "`datasets` library can't be rewritten row by row: filter it, `save_to_disk` "
                "it anew, name that folder in params.yaml, and tell this again; nothing was changed"
            )
