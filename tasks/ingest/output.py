"""What the stage writes, row group by row group, and what it counts on the way."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from drafter.tables import open_table

ROWS_A_GROUP = 50_000
BYTES_A_GROUP = 64 << 20


@dataclass
class TableWriter:
    """Gathers frames into row groups of a fair size."""

    append: Callable[[pl.DataFrame], None]
    pending: list[pl.DataFrame] = field(default_factory=list)
    rows: int = 0
    size: int = 0

    def add(self, frame: pl.DataFrame) -> None:
        if frame.height:
            self.pending.append(frame)
            self.rows += frame.height
            self.size += int(frame.estimated_size())
        if self.rows >= ROWS_A_GROUP or self.size >= BYTES_A_GROUP:
            self.flush()

    def flush(self) -> None:
        if self.pending:
            self.append(pl.concat(self.pending))
            self.pending, self.rows, self.size = [], 0, 0


@contextmanager
def table_writer(path: Path, schema: pl.Schema) -> Iterator[TableWriter]:
    """A writer whose file appears whole once the block succeeds."""
    with open_table(path, schema) as append:
        writer = TableWriter(append)
        yield writer
        writer.flush()


@dataclass
class Count:
    """Rows of one table of a source: rows_in = kept + quarantined."""

    part: str
    path: str
    files: int = 0
    encodings: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    quarantined: Counter[str] = field(default_factory=Counter)

    @property
    def rows_in(self) -> int:
        return self.kept + self.quarantined.total()

    def as_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "files": self.files,
            "encodings": dict(sorted(self.encodings.items())),
            "rows_in": self.rows_in,
            "kept": self.kept,
            "quarantined": dict(sorted(self.quarantined.items())),
        }


@dataclass
class Frames:
    """Keeps frames in memory, for records that are few."""

    frames: list[pl.DataFrame] = field(default_factory=list)

    def add(self, frame: pl.DataFrame) -> None:
        self.frames.append(frame)


@dataclass
class Sink:
    """Where one table of a source goes: its records, its rejected rows, its count."""

    records: TableWriter | Frames
    quarantine: TableWriter
    count: Count
    advance: Callable[[int], None]

    def keep(self, records: pl.DataFrame) -> None:
        self.count.kept += records.height
        self.records.add(records)

    def reject(self, rejected: pl.DataFrame) -> None:
        """Set rows (REJECTED) aside, counted by the first word of their reason."""
        words = rejected["reason"].str.split(" ").list.first().value_counts()
        self.count.quarantined.update(dict(words.iter_rows()))
        self.quarantine.add(rejected)


def summary(counts: list[Count]) -> dict[str, Any]:
    """counts.json: for tickets, replies and policies the sums and the sources they come from."""
    whole: dict[str, Any] = {}
    for part in ("tickets", "replies", "policies"):
        sources = [count for count in counts if count.part == part]
        if sources:
            reasons: Counter[str] = sum((count.quarantined for count in sources), Counter())
            whole[part] = {
                "rows_in": sum(count.rows_in for count in sources),
                "kept": sum(count.kept for count in sources),
                "quarantined": dict(sorted(reasons.items())),
                "sources": [count.as_json() for count in sources],
            }
    return whole
