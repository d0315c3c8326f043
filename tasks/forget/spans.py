"""Where each row of a CSV file stands, byte for byte, so that some can be taken out of it.

The other rows stay as they were written: quotes, line ends, spaces and all. A row that a quote out
of place has torn counts as one line whose cells nobody knows.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from drafter.tables import written_whole
from tasks.ingest.strict_csv import Rows, split_rows

BOM = b"\xef\xbb\xbf"
WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32")


@dataclass(frozen=True)
class Spans:
    """A CSV file in memory. `cuts` has where each row begins and ends, the header apart."""

    path: Path
    encoding: str
    data: bytes
    """In the file's own encoding; UTF-16 and UTF-32 as UTF-8."""
    header: list[str]
    cuts: list[tuple[int, int]]
    cells: list[list[str] | None]

    @classmethod
    def of(cls, path: Path, encoding: str, separator: str) -> "Spans":
        data = path.read_bytes()
        wide = encoding.lower().replace("_", "-") in WIDE
        if wide:
            data = data.decode(encoding).encode()
        codec = "utf-8" if wide else encoding
        at = len(BOM) if data.startswith(BOM) else 0
        cuts: list[tuple[int, int]] = []
        cells: list[list[str] | None] = []
        while at < len(data):
            rows = split_rows(data[at:], ord(separator), final=True)
            for start, end, one in _whole(rows, codec):
                cuts.append((at + start, at + end))
                cells.append(one)
            if rows.defect is None:
                break
            torn = at + rows.used
            ends = data.find(b"\n", torn)
            at = len(data) if ends < 0 else ends + 1
            cuts.append((torn, at))
            cells.append(None)
        header = [name.strip() for name in (cells[0] or []) if name is not None] if cells else []
        return cls(path, encoding, data, header, cuts[1:], cells[1:])

    def rows(self) -> Iterator[tuple[Mapping[str, str] | None, str]]:
        """Each row by column name, None where its cells are unknown; and the whole of it."""
        for (start, end), one in zip(self.cuts, self.cells, strict=True):
            known = one is not None and len(one) == len(self.header)
            yield (
                dict(zip(self.header, one or (), strict=True)) if known else None,
                self.data[start:end].decode(self._codec, "replace"),
            )

    @property
    def _codec(self) -> str:
        return "utf-8" if self.encoding.lower().replace("_", "-") in WIDE else self.encoding

    def write_without(self, dropped: set[int], hide: Callable[[str], str]) -> None:
        """Write the file anew without the rows of these numbers, from 0, the others by `hide`.

        A row that `hide` leaves as it is keeps its bytes.
        """
        parts, at = [], 0
        for number, (start, end) in enumerate(self.cuts):
            if number in dropped:
                parts.append(self.data[at:start])
                at = end
                continue
            text = self.data[start:end].decode(self._codec, "replace")
            if (hidden := hide(text)) != text:
                parts += [self.data[at:start], hidden.encode(self._codec, "replace")]
                at = end
        parts.append(self.data[at:])
        left = b"".join(parts)
        if self._codec != self.encoding:
            left = left.decode().encode(self.encoding)
        write_bytes(self.path, left)


def write_bytes(path: Path, data: bytes) -> None:
    """Beside, with the permissions that it had, then renamed."""
    mode = path.stat().st_mode
    with written_whole(path) as beside:
        beside.write_bytes(data)
        beside.chmod(mode)


def _whole(rows: Rows, codec: str) -> Iterator[tuple[int, int, list[str]]]:
    """Start, end and cells of each row; a blank line goes with the row before it."""
    import numpy as np

    count = len(rows.widths)
    starts = [int(rows.starts[first]) for first in rows.first_cells]
    ends = [*starts[1:], rows.used]
    widest = int(rows.widths.max()) if count else 0
    columns: list[dict[int, str]] = []
    for column in range(widest):
        there = np.flatnonzero(rows.widths > column)
        cells = rows.column(column, there).to_pylist()
        told = (cell.decode(codec, "replace") for cell in cells)
        columns.append(dict(zip(there.tolist(), told, strict=True)))
    for number in range(count):
        width = int(rows.widths[number])
        yield starts[number], ends[number], [columns[at][number] for at in range(width)]
