"""How well a ranking finds what the human reply rests on: recall@k and MRR@10.

A query is a hit at k where any of the things it cites is among the first k different ones. Things
are documents, or the sections of documents (`returns#bank-transfer`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from drafter.cites import Cite
from drafter.fusion import LEAST, fuse
from drafter.votes import sections

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from drafter.fusion import Scores, Weights
    from drafter.retrieval import Index, Queries

Level = Literal["documents", "sections"]
DEPTH = 10
NOT_FOUND = DEPTH + 1

METRICS: dict[str, Callable[["NDArray[np.int64]"], "NDArray[np.float64]"]] = {
    "recall@1": lambda ranks: (ranks <= 1).astype(float),
    "recall@5": lambda ranks: (ranks <= 5).astype(float),
    "recall@10": lambda ranks: (ranks <= 10).astype(float),
    "mrr@10": lambda ranks: (ranks <= 10) / ranks,
}


def truths(cites: Sequence[Sequence[Cite]], level: Level) -> list[set[Any]]:
    """What each query should find at `level`; empty where its reply names nothing there."""
    if level == "documents":
        return [{cite.doc_id for cite in row} for row in cites]
    return [{cite for cite in row if cite.section} for row in cites]


class Units:
    """Chunks grouped into the things that are ranked at one level, each as good as its best."""

    def __init__(self, chunks: "pl.DataFrame", level: Level) -> None:
        """`chunks` are CHUNK rows. A section also counts for the headings above its own."""
        import numpy as np

        codes: dict[tuple[str, str], int] = {}
        self.names: list[set[Any]] = []
        of_chunk = []
        for doc_id, clause in chunks.select("doc_id", "clause").iter_rows():
            path = clause.rpartition(" > ")[0] if level == "sections" else ""
            if (doc_id, path) not in codes:
                codes[doc_id, path] = len(codes)
                self.names.append(
                    {doc_id}
                    if level == "documents"
                    else {Cite(doc_id, name) for name in sections(clause)}
                )
            of_chunk.append(codes[doc_id, path])
        self.codes = np.asarray(of_chunk, dtype=np.int64)
        self.order = np.argsort(self.codes, kind="stable")
        self.starts = np.flatnonzero(np.diff(self.codes[self.order], prepend=-1))

    def is_true(self, truth: set[Any]) -> "NDArray[np.bool_]":
        """(units,): whether a unit is among the things that a reply cites."""
        import numpy as np

        return np.asarray([bool(names & truth) for names in self.names], dtype=bool)

    def ranks(self, scores: "Scores", true: "NDArray[np.bool_]") -> "NDArray[np.int64]":
        """The rank of the best true unit, from 1; among equals the earlier unit is first.

        `scores` are (queries, chunks), `true` (queries, units).
        """
        import numpy as np

        if not len(self.names):
            return np.full(len(scores), NOT_FOUND, dtype=np.int64)
        values = np.maximum.reduceat(scores[:, self.order], self.starts, axis=1)
        values = np.round(np.log(np.maximum(values.astype(np.float64), LEAST)), 5)
        best = np.where(true, values, -np.inf)
        first = best.argmax(axis=1)
        top = best.max(axis=1, keepdims=True)
        earlier = (values == top) & (np.arange(values.shape[1]) < first[:, None])
        ranks = 1 + (values > top).sum(axis=1) + earlier.sum(axis=1)
        return np.where(true.any(axis=1), np.minimum(ranks, NOT_FOUND), NOT_FOUND)


class Trial:
    """Queries whose truth is known, with every component's scores kept, to try weights on."""

    def __init__(self, index: "Index", queries: "Queries", truth: list[set[Any]], level: Level):
        """`queries` and `truth` are alike long; queries without truth should be left out."""
        import numpy as np

        from drafter.fusion import Weights

        self.count = len(truth)
        self.blocks = []
        units: dict[bytes, Units] = {}
        for rows, columns, parts in index.components(queries, Weights(1, 1, 1, 1)):
            key = columns.tobytes()
            if key not in units:
                units[key] = Units(index.chunks[columns], level)
            true = np.stack([units[key].is_true(truth[row]) for row in rows])
            self.blocks.append((rows, units[key], true, parts))

    def ranks(self, weights: "Weights") -> "NDArray[np.int64]":
        """The rank of the truth for each query, NOT_FOUND beyond ten."""
        import numpy as np

        ranks = np.full(self.count, NOT_FOUND, dtype=np.int64)
        for rows, units, true, parts in self.blocks:
            ranks[rows] = units.ranks(fuse(parts, weights), true)
        return ranks

    def mrr(self, weights: "Weights") -> float:
        """The mean of METRICS["mrr@10"]; 0 without queries."""
        return float(METRICS["mrr@10"](self.ranks(weights)).mean()) if self.count else 0.0


def summary(ranks: "NDArray[np.int64]", seed: int, draws: int) -> dict[str, Any]:
    """Each metric with its mean and 95 % interval (bootstrap over queries), and n."""
    import numpy as np

    if not len(ranks):
        return {"n": 0}
    generator = np.random.default_rng(seed)
    picks = generator.integers(0, len(ranks), (draws, len(ranks)))
    found: dict[str, Any] = {"n": len(ranks)}
    for name, metric in METRICS.items():
        values = metric(ranks)
        low, high = np.percentile(values[picks].mean(axis=1), [2.5, 97.5])
        found[name] = _rounded({"mean": values.mean(), "low": low, "high": high})
    return found


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in values.items()}
