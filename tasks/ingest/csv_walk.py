"""The way through one CSV file: a row that can't be trusted is set aside with its reason.

    ragged_row        fewer or more cells than the header
    broken_quotes     a quote within text, or one that a later quote shows was never closed
    unclosed_quote    the same, and up to the end of the file no row could be trusted again
    beside_no_row     whole, but before or after a line that begins no row: that line may be the
                      end of its last cell, or the beginning of its first
    undecodable       bytes that the file's encoding doesn't know
    nul_byte          a NUL, which no text holds

After broken quotes nothing says where the next row begins: the next line might be text of a cell.
Reading goes on at the first line that reads as a whole row and whose `anchors`, the cells for the
time of the row, hold a time. Without them the rest of the file is set aside, as one row.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from tasks.ingest.batches import ROW, BadRow, Batch
from tasks.ingest.encoding import BLOCK
from tasks.ingest.strict_csv import Rows, split_rows

ONE_ROW = 4 << 10
"""What is looked at first to try whether a row begins somewhere."""
SMALL = 64 << 10
"""What is parsed at once after a defect, doubled while there is none."""
LONGEST_ROW = 64 << 20
"""A row longer than this counts as broken quotes."""

IsTime = Callable[[str], bool]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass
class CsvWalk:
    """Where reading stands. `width` cells a row, of which `chosen` (name: index) are wanted."""

    separator: int
    width: int
    chosen: dict[str, int]
    anchors: list[int]
    is_time: IsTime
    row: int = 0
    window: int = BLOCK
    lost_lines: int = 0
    """Lines set aside since the quotes broke; 0 while all is well."""
    after_no_row: bool = False
    """Whether the row read last was a single cell that may begin the next row's first."""

    def through(self, data: bytes, final: bool) -> Generator[Batch, None, bytes]:
        """Yield what can be read of `data`; return its end, which the next block belongs to."""
        at = 0
        while at < len(data):
            if self.lost_lines:
                at, trusted = self._seek(data, at, final)
                if not trusted:
                    break
                yield self._set_aside("broken_quotes")
            piece = data[at : at + self.window]
            at_end = at + len(piece) == len(data)
            rows = split_rows(piece, self.separator, final and at_end)
            beside = self._beside_no_row(rows)
            if rows.defect is None and not (final and at_end):
                rows = rows.without_last()  # what follows it tells whether it is whole
            if len(rows.widths):
                yield self._read(rows, beside[: len(rows.widths)])
            at += rows.used
            if rows.defect is not None or (not rows.used and len(piece) >= LONGEST_ROW):
                if not final and data.find(b"\n", at) < 0 and len(data) - at < LONGEST_ROW:
                    break  # the next block tells where the broken line ends
                at = _next_line(data, at)
                self.lost_lines, self.window = 1, SMALL
            elif at_end and not final:
                break
            else:
                self.window = min(2 * self.window, LONGEST_ROW if not rows.used else BLOCK)
        if final and self.lost_lines:
            yield self._set_aside("unclosed_quote")
        return data[at:]

    def _seek(self, data: bytes, at: int, final: bool) -> tuple[int, bool]:
        """The first line from `at` on that is a row to trust; else where to look on, and False."""
        while at < len(data):
            answer = self._is_row(data, at, final) if self.anchors else False
            if answer is None:
                return at, False
            if answer:
                return at, True
            if not final and data.find(b"\n", at) < 0 and len(data) - at < LONGEST_ROW:
                return at, False
            at = _next_line(data, at)
            self.lost_lines += 1
        return at, False

    def _is_row(self, data: bytes, at: int, final: bool) -> bool | None:
        """Whether a row to trust begins at `at`; None where only the next block can tell."""
        size = ONE_ROW
        while True:
            piece = data[at : at + size]
            at_end = at + len(piece) == len(data)
            rows = split_rows(piece, self.separator, final and at_end)
            if len(rows.widths):
                return self._is_trusted(rows)
            if rows.defect is not None or rows.used or len(piece) >= LONGEST_ROW:
                return False
            if at_end:
                return False if final else None
            size *= 4

    def _is_trusted(self, rows: Rows) -> bool:
        begins_here = rows.widths[0] == self.width and rows.first_cells[0] == 0
        return bool(begins_here) and self._has_time(rows, 0)

    def _set_aside(self, why: str) -> Batch:
        """The broken row, with all that was passed over since, as one."""
        self.row += 1
        reason = f"{why} {self.lost_lines} lines set aside"
        self.lost_lines = 0
        return Batch(pl.DataFrame(), [BadRow(self.row, reason)])

    def _read(self, rows: Rows, beside: Flags) -> Batch:
        self.after_no_row = self._is_single(rows, len(rows.widths) - 1)
        numbers = self.row + 1 + np.arange(len(rows.widths))
        self.row += len(rows.widths)
        whole = rows.widths == self.width
        reasons = {
            int(numbers[i]): f"ragged_row {rows.widths[i]} cells, the header {self.width}"
            for i in np.flatnonzero(~whole)
        }
        beside = whole & beside
        reasons |= dict.fromkeys(numbers[beside].tolist(), "beside_no_row")
        kept = np.flatnonzero(whole & ~beside)
        columns = {}
        damaged, with_nul = np.zeros(len(kept), bool), np.zeros(len(kept), bool)
        has_nul = b"\0" in rows.block
        for name, index in self.chosen.items():
            values = rows.column(index, kept)
            columns[name], wrong = _as_text(values)
            damaged |= wrong
            if has_nul:
                with_nul |= np.asarray(pc.match_substring(values, b"\0"))
        frame = pl.DataFrame({ROW: numbers[kept], **columns})
        if damaged.any() or with_nul.any():
            reasons |= dict.fromkeys(numbers[kept[with_nul]].tolist(), "nul_byte")
            reasons |= dict.fromkeys(numbers[kept[damaged]].tolist(), "undecodable")
            frame = frame.filter(~(damaged | with_nul))
        return Batch(frame, [BadRow(row, reasons[row]) for row in sorted(reasons)])

    def _beside_no_row(self, rows: Rows) -> Flags:
        """Which rows stand beside a line that has too few cells and no time where one belongs."""
        if not len(rows.widths):
            return np.zeros(0, bool)
        no_row = rows.widths < self.width
        for i in np.flatnonzero(no_row):
            no_row[i] = not self._has_time(rows, int(i))
        single = no_row & (rows.widths == 1)
        after = np.concatenate([[self.after_no_row], single[:-1]])
        last = rows.defect is not None and not self._begins_row(rows)
        return after | np.concatenate([no_row[1:], [last]])

    def _is_single(self, rows: Rows, row: int) -> bool:
        return rows.widths[row] == 1 < self.width and not self._has_time(rows, row)

    def _begins_row(self, rows: Rows) -> bool:
        """Whether the line at `rows.used`, in which quotes are broken, still shows its time."""
        line = rows.block[rows.used : _next_line(rows.block, rows.used)].replace(b'"', b"")
        cells = line.decode("utf-8", "replace").split(chr(self.separator))
        return any(self.is_time(cell.strip()) for cell in cells[: self.width])

    def _has_time(self, rows: Rows, row: int) -> bool:
        there = [i for i in self.anchors if i < rows.widths[row]]
        cells = [rows.column(i, np.array([row]))[0].as_py() for i in there]
        return any(self.is_time(cell.decode("utf-8", "replace")) for cell in cells)


def _next_line(data: bytes, at: int) -> int:
    end = data.find(b"\n", at)
    return len(data) if end < 0 else end + 1


def _as_text(values: pa.Array) -> tuple[pl.Series, Flags]:
    """Binary cells as text, and which of them hold bytes that are no text."""
    wrong = np.zeros(len(values), bool)
    try:
        text = values.cast(pa.large_string())
    except pa.ArrowInvalid:
        whole = []
        for i, value in enumerate(values.to_pylist()):
            try:
                whole.append(value.decode("utf-8"))
            except UnicodeDecodeError:
                wrong[i] = True
                whole.append("")
        text = pa.array(whole, pa.large_string())
    return pl.Series(text), wrong
