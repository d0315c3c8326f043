"""How well a ranking finds what the human reply rests on: recall@k and MRR@10.

A query is a hit at k where any of the things it cites is among the first k different ones. Things
are documents, or the sections of documents (`returns#bank-transfer`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from drafter.cites import Cite
from drafter.votes import sections

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from drafter.fusion import Weights
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
    """Chunks as the things that are ranked at one level."""

    def __init__(self, chunks: "pl.DataFrame", level: Level) -> None:
        """`chunks` are CHUNK rows; a chunk below two headings counts for both."""
        import numpy as np

        self.level = level
        columns = chunks.select("doc_id", "clause").iter_rows()
        self.names: list[set[Any]] = [
            {doc_id} if level == "documents" else {Cite(doc_id, name) for name in sections(clause)}
            for doc_id, clause in columns
        ]
        keys = [
            doc_id if level == "documents" else f"{doc_id}\n{clause.rpartition(' > ')[0]}"
            for doc_id, clause in chunks.select("doc_id", "clause").iter_rows()
        ]
        codes = {key: code for code, key in enumerate(dict.fromkeys(keys))}
        self.codes = np.asarray([codes[key] for key in keys], dtype=np.int64)

    def rank_of_truth(self, order: "NDArray[np.int64]", truth: set[Any]) -> int:
        """Where the first true thing stands among the different ones of `order`, from 1."""
        seen: set[int] = set()
        for chunk in order:
            code = int(self.codes[chunk])
            if code in seen:
                continue
            seen.add(code)
            if self.names[chunk] & truth:
                return len(seen)
            if len(seen) == DEPTH:
                break
        return NOT_FOUND


class Trial:
    """Queries whose truth is known, with every component's scores kept, to try weights on."""

    def __init__(self, index: "Index", queries: "Queries", truth: list[set[Any]], level: Level):
        """`queries` and `truth` are alike long; queries without truth should be left out."""
        from drafter.fusion import Weights

        self.units = Units(index.chunks, level)
        self.truth = truth
        everything = Weights(1, 1, 1, 1)
        self.blocks = list(index.components(queries, everything))

    def ranks(self, weights: "Weights") -> "NDArray[np.int64]":
        """The rank of the truth for each query, NOT_FOUND beyond ten."""
        import numpy as np

        from drafter.fusion import best_columns, fuse

        ranks = np.full(len(self.truth), NOT_FOUND, dtype=np.int64)
        for rows, columns, parts in self.blocks:
            codes = self.units.codes[columns]
            orders = best_columns(fuse(parts, weights), len(columns))
            for row, order in zip(rows, orders, strict=True):
                found = columns[_best_of_each(order, codes)]
                ranks[row] = self.units.rank_of_truth(found, self.truth[row])
        return ranks

    def mrr(self, weights: "Weights") -> float:
        return float(METRICS["mrr@10"](self.ranks(weights)).mean()) if self.truth else 0.0


def _best_of_each(order: "NDArray[np.int64]", codes: "NDArray[np.int64]") -> "NDArray[np.int64]":
    """Columns in their order, only the first of each code, and ten of them."""
    import numpy as np

    _, first = np.unique(codes[order], return_index=True)
    return order[np.sort(first)[:DEPTH]]


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
