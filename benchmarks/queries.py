"""1,000 queries over 20,000 chunks, the ten most similar: all at once, beside a LanceDB query each.

    python -m benchmarks.queries --side ours
    python -m benchmarks.queries --side lancedb

Both sides get the same unit vectors of 384 numbers, in clusters as texts have them, and search
exactly. `mean_cosine` must be equal: of each query to the ten chunks that were found for it. (Two
chunks whose cosines differ in the seventh digit may stand in either order.)
"""

import argparse
import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

CHUNKS, QUERIES, WIDTH, TOPICS, BEST = 20_000, 1_000, 384, 200, 10
SPREAD = 0.7
TODAY = datetime(2026, 1, 1, tzinfo=UTC)


def unit_vectors(count: int, seed: int) -> NDArray[np.float32]:
    """(count, WIDTH) around the same TOPICS centres, whatever the seed."""
    centres = np.random.default_rng(0).normal(size=(TOPICS, WIDTH))
    draw = np.random.default_rng(seed)
    vectors = centres[draw.integers(0, TOPICS, count)] + SPREAD * draw.normal(size=(count, WIDTH))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def ours(chunks: NDArray[np.float32], queries: NDArray[np.float32]) -> tuple[Any, float, float]:
    from drafter.fusion import Weights
    from drafter.records import CHUNK, SOLVED
    from drafter.retrieval import Index, Settings

    rows = {
        "chunk_id": [str(row) for row in range(len(chunks))],
        "doc_id": [f"{row // 10:06}" for row in range(len(chunks))],
        "title": "", "clause": "1", "text": "", "url": "",
        "effective_from": None, "effective_to": None,
    }  # fmt: skip
    index = Index(
        pl.DataFrame(rows, schema=CHUNK),
        chunks,
        SOLVED.to_frame(),
        np.zeros((0, WIDTH), dtype=np.float32),
        Settings("none", None, 256, 40, 0.1, 0.05, 0.1, 100_000, BEST),
        Weights.alone("vector"),
    )
    index.search([""], [TODAY], BEST, vectors=queries[:1])  # imports aren't the work
    start, cpu = time.perf_counter(), time.process_time()
    found = index.search([""] * QUERIES, [TODAY] * QUERIES, BEST, vectors=queries)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    return [[chunk["chunk_id"] for chunk in best] for best in found], seconds, cpu


def lancedb(chunks: NDArray[np.float32], queries: NDArray[np.float32]) -> tuple[Any, float, float]:
    import lancedb as lance
    import pyarrow as pa

    with tempfile.TemporaryDirectory() as folder:
        column = pa.FixedSizeListArray.from_arrays(pa.array(chunks.ravel()), WIDTH)
        names = pa.array([str(row) for row in range(len(chunks))])
        table = lance.connect(Path(folder)).create_table(
            "chunks", pa.table({"chunk_id": names, "vector": column})
        )
        table.search(queries[0], vector_column_name="vector").limit(1).to_arrow()
        start, cpu = time.perf_counter(), time.process_time()
        found = []
        for query in queries:
            search: Any = table.search(query, vector_column_name="vector")
            best = search.distance_type("dot").limit(BEST).select(["chunk_id", "_distance"])
            found.append(best.to_arrow()["chunk_id"].to_pylist())
        return found, time.perf_counter() - start, time.process_time() - cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", choices=["ours", "lancedb"], required=True)
    search = {"ours": ours, "lancedb": lancedb}[parser.parse_args().side]
    chunks, queries = unit_vectors(CHUNKS, 1), unit_vectors(QUERIES, 2)
    found, seconds, cpu = search(chunks, queries)
    rows = np.asarray(found).astype(np.int64)
    cosines = np.einsum("qd,qkd->qk", queries.astype(np.float64), chunks[rows].astype(np.float64))
    told = {"seconds": seconds, "cpu_seconds": cpu, "mean_cosine": round(cosines.mean(), 7)}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
