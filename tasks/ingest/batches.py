"""What every reader hands on: rows as text under the export's own column names, and bad rows."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import polars as pl

ROW = "#row"
"""The column of a batch's frame that holds the row's number in its file, from 1."""

LIST_MARK = "\x1f"
"""Joins a list (of names, of links) that JSON or Parquet held as one into a cell of text."""


@dataclass(frozen=True)
class BadRow:
    """A row that can't be read: its number in the file, and why (a word to count, then detail)."""

    row: int
    reason: str


@dataclass(frozen=True)
class Batch:
    """Some rows of one file, in order. `frame` is all String, but for ROW; null is "not there"."""

    frame: "pl.DataFrame"
    bad: list[BadRow] = field(default_factory=list)
    bytes_read: int = 0


def without_nuls(frame: "pl.DataFrame") -> "tuple[pl.DataFrame, list[BadRow]]":
    """The rows that hold no NUL, which no text does, and the others as bad rows."""
    import polars as pl

    has_nul = frame.select(
        pl.any_horizontal(
            pl.lit(False), pl.col(pl.String).str.contains("\0", literal=True).fill_null(False)
        )
    ).to_series()
    if not has_nul.any():
        return frame, []
    bad = [BadRow(row, "nul_byte") for row in frame.filter(has_nul)[ROW]]
    return frame.filter(~has_nul), bad


class Reader(Protocol):
    """A file of rows."""

    def columns(self) -> list[str]:
        """The names of its columns; none where the file holds nothing at all."""
        ...

    def batches(self, wanted: Collection[str]) -> Iterator[Batch]:
        """Its rows with those of the `wanted` columns that it has."""
        ...
