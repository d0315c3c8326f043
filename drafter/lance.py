"""The clauses in LanceDB: vector search and full text, for indexes too large to score whole.

    var/index/CURRENT        "3f9c…", the content that was opened last
    var/index/3f9c…/         the LanceDB folder made from models/index/3f9c…

LanceDB writes random names and clock times, so it is made from the index's own files (which DVC can
hash) on first use, and never changed: another content is another folder.
"""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.tables import write_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from drafter.fusion import Scores

    InForce = tuple[NDArray[np.int64], NDArray[np.int64]]

# Vector search is exact below this. Above, IVF over whole vectors: the default, product
# quantisation, found 16 % of the true neighbours of 100,000 chunks.
EXACT_BELOW = 100_000
PROBES = 64
TABLE = "chunks"
POINTER = "CURRENT"


class LanceStore:
    """A LanceDB table with a row for each chunk: `row`, `text`, `since`, `until`, `vector`."""

    def __init__(self, folder: Path) -> None:
        """Open a folder that `make` wrote."""
        import lancedb

        self.table = lancedb.connect(folder).open_table(TABLE)

    @classmethod
    def make(
        cls, cache: Path, name: str, texts: list[str], in_force: "InForce", vectors: "Scores"
    ) -> "LanceStore":
        """Open `cache/name`, made first if it isn't there, and point to it.

        A row for each of `texts`, in force from and until these microseconds.
        The folder that was pointed to before stays for whoever reads it; older ones go.
        """
        place, pointer = cache / name, cache / POINTER
        if not place.is_dir():
            beside = cache / f".{os.getpid()}.part"
            shutil.rmtree(beside, ignore_errors=True)
            _write(beside, texts, in_force, vectors)
            beside.rename(place)
        before = pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else name
        if before != name or not pointer.is_file():
            write_text(pointer, name + "\n")
        for other in cache.iterdir():
            if other.is_dir() and other.name not in (name, before):
                shutil.rmtree(other, ignore_errors=True)
        return cls(place)

    def similar(self, vector: Any, at: int, k: int) -> list[int]:
        """Rows of the `k` chunks in force at `at` (microseconds) that are most similar."""
        search: Any = self.table.search(vector, vector_column_name="vector", query_type="vector")
        found = search.distance_type("dot").nprobes(PROBES).where(_in_force(at), prefilter=True)
        return found.limit(k).select(["row", "_distance"]).to_arrow()["row"].to_pylist()

    def matching(self, text: str, at: int, k: int) -> list[int]:
        """Rows of the `k` chunks in force at `at` that match `text`'s words best."""
        search = self.table.search(text, query_type="fts", fts_columns="text")
        found = search.where(_in_force(at), prefilter=True)
        return found.limit(k).select(["row", "_score"]).to_arrow()["row"].to_pylist()

    def candidates(
        self, vectors: "Scores", words: Sequence[str], at: Sequence[int], k: int
    ) -> set[int]:
        """Rows worth scoring exactly for any of these queries: both searches' first `k`."""
        rows: set[int] = set()
        for vector, text, when in zip(vectors, words, at, strict=True):
            rows.update(self.similar(vector, when, k))
            if text:
                rows.update(self.matching(text, when, k))
        return rows


def _in_force(at: int) -> str:
    return f"since <= {at} AND until > {at}"


def _write(folder: Path, texts: list[str], in_force: "InForce", vectors: "Scores") -> None:
    import lancedb
    import pyarrow as pa
    from lancedb.index import FTS, IvfFlat

    since, until = in_force
    flat = pa.array(vectors.ravel(), pa.float32())
    table = pa.table(
        {
            "row": pa.array(range(len(texts)), pa.int64()),
            "text": texts,
            "since": pa.array(since),
            "until": pa.array(until),
            "vector": pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1]),
        }
    )
    made = lancedb.connect(folder).create_table(TABLE, table)
    made.create_index("text", config=FTS())
    if len(texts) >= EXACT_BELOW:
        made.create_index("vector", config=IvfFlat(distance_type="dot"))
