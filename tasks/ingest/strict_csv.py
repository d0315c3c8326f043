"""RFC 4180 in columns: finds every cell of a block of CSV at once, and every quote out of place.

A separator or line end counts where an even number of quotes stands before it. That alone would
let an unclosed quote swallow rows in silence; so each opening quote must also follow a separator,
a line end or a quote, and each closing one must stand before such. A quote left open turns every
later one from opening to closing, and the very next that touches text gives it away.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

QUOTE, LF, CR = 34, 10, 13

Positions = np.ndarray[Any, np.dtype[np.int64]]
Bytes = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True)
class Rows:
    """The whole rows at the front of a block.

    `used` bytes hold them; `widths[i]` is how many cells row i has; `defect` is the position of
    the first quote out of place, if there is one: the row at `used` is then the one it stands in.
    """

    block: bytes
    used: int
    widths: Positions
    first_cells: Positions
    starts: Positions
    ends: Positions
    defect: int | None

    def without_last(self) -> "Rows":
        """The same but for the last row, which is left to be read again."""
        if not len(self.widths):
            return self
        used = int(self.starts[self.first_cells[-1]])
        return replace(self, used=used, widths=self.widths[:-1], first_cells=self.first_cells[:-1])

    def column(self, index: int, rows: Positions) -> pa.Array:
        """Cell `index` of each of `rows`, as binary, without its quotes."""
        cells = self.first_cells[rows] + index
        starts, ends = self.starts[cells], self.ends[cells]
        if not len(rows):
            return pa.array([], pa.large_binary())
        data = np.frombuffer(self.block, np.uint8)
        quoted = (ends > starts) & (data[np.minimum(starts, len(data) - 1)] == QUOTE)
        starts, ends = starts + quoted, ends - quoted
        # Cells and the gaps between them lie in the block one after the other: an Arrow array over
        # the block itself, of which every second value is a cell.
        offsets = np.empty(2 * len(cells), np.int64)
        offsets[0::2], offsets[1::2] = starts, ends
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(self.block)]
        both = pa.Array.from_buffers(pa.large_binary(), len(offsets) - 1, buffers)
        values = both.take(pa.array(np.arange(0, len(offsets) - 1, 2)))
        if b'""' in self.block:
            values = pc.replace_substring(values, b'""', b'"')
        return values


def split_rows(block: bytes, separator: int, final: bool) -> Rows:
    """Find the whole rows of `block`, which begins at a row; `final` says that nothing follows."""
    data: Bytes = np.frombuffer(block, np.uint8)
    quotes = np.flatnonzero(data == QUOTE)
    defect = _first_defect(data, quotes, separator, final)
    limit = len(data) if defect is None else defect

    line_ends = _outside(_line_ends(data, final), quotes)
    line_ends = line_ends[line_ends < limit]
    if final and defect is None and len(data) and (not len(line_ends) or line_ends[-1] < limit - 1):
        line_ends = np.append(line_ends, limit)  # the last row may lack its line end
    used = int(line_ends[-1]) + 1 if len(line_ends) else 0

    separators = np.flatnonzero(data == separator)
    separators = _outside(separators[separators < used], quotes)
    bounds = np.sort(np.concatenate([separators, line_ends]), kind="stable")
    last_cells = np.searchsorted(bounds, line_ends)
    first_cells = np.concatenate([[0], last_cells[:-1] + 1]) if len(last_cells) else last_cells
    starts = np.concatenate([[0], bounds[:-1] + 1]) if len(bounds) else bounds
    ends = bounds.copy()
    before_lf = line_ends[line_ends > 0]
    before_lf = before_lf[before_lf < len(data)]
    crlf = before_lf[(data[before_lf] == LF) & (data[before_lf - 1] == CR)]
    at_crlf = np.searchsorted(bounds, crlf)
    ends[at_crlf] = np.maximum(ends[at_crlf] - 1, starts[at_crlf])

    widths = last_cells - first_cells + 1
    blank = (widths == 1) & (starts[first_cells] == ends[first_cells])
    return Rows(
        block, min(used, len(data)), widths[~blank], first_cells[~blank], starts, ends, defect
    )


def _line_ends(data: Bytes, final: bool) -> Positions:
    """Every LF, and every CR that no LF follows."""
    returns = np.flatnonzero(data == CR)
    feeds = np.flatnonzero(data == LF)
    if not len(returns):
        return feeds
    last = len(data) - 1
    followed = data[np.minimum(returns + 1, last)] == LF
    unknown = (returns == last) & (not final)  # the next block may begin with the LF
    return np.sort(np.concatenate([feeds, returns[~followed & ~unknown]]))


def _outside(positions: Positions, quotes: Positions) -> Positions:
    """Those that no quotes enclose."""
    if not len(quotes):
        return positions
    return positions[np.searchsorted(quotes, positions) % 2 == 0]


def _first_defect(data: Bytes, quotes: Positions, separator: int, final: bool) -> int | None:
    """The position of the first quote that opens or closes within text; of a last unclosed one."""
    if not len(quotes):
        return None
    edge = np.zeros(256, bool)
    edge[[QUOTE, LF, CR, separator]] = True
    opening, closing = quotes[0::2], quotes[1::2]
    good_start = (opening == 0) | edge[data[np.maximum(opening - 1, 0)]]
    last = len(data) - 1
    good_end = (closing == last) | edge[data[np.minimum(closing + 1, last)]]
    defects = [
        int(opening[np.argmin(good_start)]) if not good_start.all() else None,
        int(closing[np.argmin(good_end)]) if len(closing) and not good_end.all() else None,
        int(opening[-1]) if final and len(quotes) % 2 else None,
    ]
    return min((defect for defect in defects if defect is not None), default=None)
