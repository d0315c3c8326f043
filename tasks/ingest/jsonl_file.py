"""A file of one JSON object a line, as batches of text rows or as the objects themselves.

not_json        a line that is no JSON
not_an_object   JSON, but no object
nul_byte        a NUL in a value
undecodable     bytes that the file's encoding doesn't know
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from tasks.ingest.batches import LIST_MARK, ROW, BadRow, Batch, without_nuls
from tasks.ingest.encoding import utf8_blocks

LINES_LOOKED_AT = 10_000
ROWS_A_BATCH = 20_000

Lines = list[tuple[int, dict[str, Any]]]


@dataclass
class JsonlFile:
    """One file. Keys may differ from line to line."""

    path: Path
    encoding: str

    def columns(self) -> list[str]:
        """The keys of its first lines, in the order they appear."""
        names: dict[str, None] = {}
        for line in islice(self._lines(), LINES_LOOKED_AT):
            try:
                value = orjson.loads(line)
            except orjson.JSONDecodeError:
                value = None
            names |= dict.fromkeys(value if isinstance(value, dict) else ["(not an object)"])
        return list(names)

    def batches(self, wanted: Collection[str]) -> Iterator[Batch]:
        """The rows with every value as text."""
        for lines, bad, size in self.objects():
            columns = {
                name: [as_text(value.get(name)) for _, value in lines] for name in sorted(wanted)
            }
            schema = dict.fromkeys(columns, pl.String())
            frame = pl.DataFrame(columns, schema=schema)
            rows = pl.Series(ROW, [row for row, _ in lines], pl.Int64)
            good, with_nul = without_nuls(frame.insert_column(0, rows))
            yield Batch(good, sorted(bad + with_nul, key=lambda one: one.row), size)

    def objects(self) -> Iterator[tuple[Lines, list[BadRow], int]]:
        """The lines' objects with their numbers, the bad lines, the bytes read; by the batch."""
        lines: Lines = []
        bad: list[BadRow] = []
        size = 0
        row = 0
        for line in self._lines():
            if not line.strip():
                continue
            row += 1
            size += len(line)
            try:
                value = orjson.loads(line)
            except orjson.JSONDecodeError:
                bad.append(BadRow(row, "not_json" if _is_utf8(line) else "undecodable"))
            else:
                if isinstance(value, dict):
                    lines.append((row, value))
                else:
                    bad.append(BadRow(row, "not_an_object"))
            if row % ROWS_A_BATCH == 0:
                yield lines, bad, size
                lines, bad, size = [], [], 0
        yield lines, bad, size

    def _lines(self) -> Iterator[bytes]:
        """Split at LF alone: a U+2028 is a character of the text it stands in."""
        rest = b""
        for block in utf8_blocks(self.path, self.encoding):
            *lines, rest = (rest + block).split(b"\n")
            yield from lines
        if rest:
            yield rest


def as_text(value: Any) -> str | None:
    """A JSON value as a cell: lists joined by LIST_MARK, true and false as JSON writes them."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return LIST_MARK.join(text for one in value if (text := as_text(one)) is not None)
    if isinstance(value, date):
        return value.isoformat()
    return orjson.dumps(value, default=str).decode()


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
