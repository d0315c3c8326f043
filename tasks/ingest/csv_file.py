"""A CSV file: its header, its columns, its rows in batches."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from drafter.errors import BadInput
from tasks.ingest.batches import Batch
from tasks.ingest.csv_walk import SMALL, CsvWalk, IsTime
from tasks.ingest.encoding import BLOCK, utf8_blocks
from tasks.ingest.strict_csv import split_rows

SEPARATORS = ",;\t|"


@dataclass
class CsvFile:
    """One file. `anchor` names the columns of which one holds the row's time."""

    path: Path
    label: str
    encoding: str
    separator: str
    expected: Collection[str]
    anchor: Collection[str]
    is_time: IsTime
    _names: list[str] | None = field(default=None, init=False)
    _cut: int = field(default=0, init=False)

    def columns(self) -> list[str]:
        """The header's names. Raises BadInput where its quotes are broken or a name is doubled."""
        if self._names is None:
            self._names, self._cut = self._read_header()
        return self._names

    def _read_header(self) -> tuple[list[str], int]:
        head = next(utf8_blocks(self.path, self.encoding), b"")
        skipped = len(head) - len(head.lstrip(b"\r\n"))
        final = len(head) < BLOCK
        final, head = final and len(head) - skipped <= SMALL, head[skipped : skipped + SMALL]
        if not head:
            return [], 0
        if self.separator == "auto":
            self.separator = _guess_separator(head, self.expected)
        rows = split_rows(head, ord(self.separator), final)
        if not len(rows.widths):
            raise BadInput(f"{self.label}: the header's quotes are broken: repair its first line")
        first = np.array([0])
        cells = [rows.column(i, first)[0].as_py() for i in range(int(rows.widths[0]))]
        names = [cell.decode("utf-8", "replace").strip() for cell in cells]
        twice = sorted({name for name in names if names.count(name) > 1 and name in self.expected})
        if twice:
            raise BadInput(f"{self.label}: column {twice[0]!r} stands twice in the header")
        width = int(rows.widths[0])
        last = int(rows.first_cells[0]) + width - 1
        end = int(rows.ends[last])
        end += 2 if head[end : end + 2] == b"\r\n" else 1
        return names, skipped + end

    def batches(self, wanted: Collection[str]) -> Iterator[Batch]:
        """The rows, about BLOCK bytes at a time."""
        names = self.columns()
        if not names:
            return
        chosen = {name: names.index(name) for name in names if name in wanted}
        anchors = [i for i, name in enumerate(names) if name in self.anchor]
        walk = CsvWalk(ord(self.separator), len(names), chosen, anchors, self.is_time)
        rest, skip = b"", self._cut
        for block in utf8_blocks(self.path, self.encoding):
            cut = min(skip, len(block))
            skip -= cut
            yield Batch(pl.DataFrame(), bytes_read=len(block))
            rest = yield from walk.through(rest + block[cut:], final=False)
        yield from walk.through(rest, final=True)


def _guess_separator(head: bytes, expected: Collection[str]) -> str:
    """The separator under which the header's first line holds most of the expected columns."""
    line = head.splitlines()[0].decode("utf-8", "replace")

    def score(separator: str) -> tuple[int, int]:
        names = [name.strip().strip('"') for name in line.split(separator)]
        return len(set(names) & set(expected)), len(names)

    return max(SEPARATORS, key=score)
