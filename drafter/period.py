"""The chunks in force on a day, with the statistics that only they give."""

from functools import cached_property
from typing import TYPE_CHECKING

from drafter.lexical import Bm25, tokenise
from drafter.votes import Ballot, Solved

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from drafter.fusion import Scores

FOREVER = 2**62


class Period:
    """What queries of one period are scored against."""

    def __init__(
        self,
        chunks: "pl.DataFrame",
        vectors: "Scores",
        columns: "NDArray[np.int64]",
        voters: Solved,
    ) -> None:
        """CHUNK rows with their vectors; `columns` are their rows among all chunks of the index."""
        self.columns = columns
        self.vectors = vectors
        self._chunks = chunks
        self._voters = voters

    @cached_property
    def starts(self) -> "NDArray[np.int64]":
        """The first column of each document (chunks are sorted by document)."""
        import numpy as np

        codes = self._chunks["doc_id"].rle_id().to_numpy()
        return np.flatnonzero(np.diff(codes, prepend=-1))

    @cached_property
    def bm25(self) -> Bm25:
        return Bm25(tokenise(chunk_texts(self._chunks)))

    @cached_property
    def ballot(self) -> Ballot:
        doc_ids, clauses = self._chunks["doc_id"].to_list(), self._chunks["clause"].to_list()
        return Ballot(self._voters, doc_ids, clauses)


def chunk_texts(chunks: "pl.DataFrame") -> list[str]:
    """What a chunk is found by: title and headings, then the text."""
    texts = []
    for title, clause, text in chunks.select("title", "clause", "text").iter_rows():
        headings = " > ".join(clause.split(" > ")[:-1])
        texts.append("\n".join(part for part in (title, headings, text) if part))
    return texts


def in_force_micros(chunks: "pl.DataFrame") -> tuple["NDArray[np.int64]", "NDArray[np.int64]"]:
    """From when and until when each chunk is in force, in microseconds; open ends are far away."""
    since = chunks["effective_from"].dt.epoch("us").fill_null(-FOREVER).to_numpy()
    until = chunks["effective_to"].dt.epoch("us").fill_null(FOREVER).to_numpy()
    return since, until
