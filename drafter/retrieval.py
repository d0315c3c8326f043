"""Search over policies as they stood on a day, and over the tickets solved before it.

One object serves evaluation and the desk. Below `exact_below` chunks everything is scored: a matrix
product for all queries of one period, never a query at a time. From there on LanceDB finds
candidates by vector and by full text, and only those (with what the votes name) are scored.

Its files, and how they are opened, are in drafter/index_files.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.cites import Cite
from drafter.embed import Embedder
from drafter.errors import BadInput
from drafter.fusion import Weights, best_columns, fuse, shares
from drafter.lexical import tokenise
from drafter.period import Period, chunk_texts, in_force_micros
from drafter.votes import Solved

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from drafter.fusion import Scores
    from drafter.lance import LanceStore

CANDIDATES = 200  # from each search of LanceDB
STORE_BLOCK = 16  # queries whose candidates are scored together
BLOCK = 512  # queries at a time: 512 x 20,000 chunks x 3 components are 120 MB


@dataclass(frozen=True)
class Settings:
    """What search needs to know besides the tables."""

    embedder: str
    sha256: str | None
    max_tokens: int
    neighbours: int
    """Past tickets that vote."""
    votes_temperature: float
    vector_temperature: float
    lexical_temperature: float
    exact_below: int
    """Chunks in force from which on LanceDB finds candidates."""
    per_document: int
    """At most so many chunks of one document: votes lift all of a document's chunks together."""


@dataclass(frozen=True)
class Queries:
    """What is asked, when, and by which group of tickets (which must not answer itself)."""

    texts: Sequence[str]
    at: Sequence[datetime]
    groups: Sequence[str | None]
    vectors: "Scores"


class Index:
    """Chunks, solved tickets, and the weights by which their answers are fused."""

    def __init__(
        self,
        chunks: "pl.DataFrame",
        chunk_vectors: "Scores",
        solved: "pl.DataFrame",
        solved_vectors: "Scores",
        settings: Settings,
        weights: Weights,
        embedder: Embedder | None = None,
        cache: Path | None = None,
    ) -> None:
        """`chunks` has CHUNK's columns and `solved` SOLVED's, each with as many vectors.

        Without an `embedder` the one that `settings` names is loaded at the first query. An index
        too large to be scored whole keeps LanceDB's files in `cache`, or in a temporary folder
        where none is given.
        """
        self.chunks = chunks
        self.chunk_vectors = chunk_vectors
        self.solved_tickets = solved
        self.solved_vectors = solved_vectors
        self.settings = settings
        self.weights = weights
        self._embedder = embedder
        self.cache = cache
        self._periods: dict[bytes, Period] = {}

    def search(
        self,
        queries: Sequence[str],
        at: Sequence[datetime],
        k: int,
        groups: Sequence[str | None] | None = None,
        vectors: "Scores | None" = None,
    ) -> list[list[dict[str, Any]]]:
        """The `k` best chunks in force at each query's time, best first (RETRIEVED_CHUNK rows).

        A smaller `k` gives the beginning of what a larger one gives.

        `groups` keeps solved tickets of the query's own group from voting; `vectors` are the
        queries' embeddings where the caller has them.
        """
        from drafter.records import RETRIEVED_CHUNK

        names = [field.name for field in RETRIEVED_CHUNK.fields]
        found = self.rank(self.queries(queries, at, groups, vectors), k, self.weights)
        used = sorted({chunk for best in found for chunk in best})
        rows = dict(zip(used, self.chunks[used].select(names).to_dicts(), strict=True))
        return [[rows[chunk] for chunk in best] for best in found]

    def nearest_reply(
        self,
        queries: Sequence[str],
        at: Sequence[datetime],
        groups: Sequence[str | None] | None = None,
    ) -> list[tuple[str, float] | None]:
        """The reply to the most similar ticket solved before each query, and how similar it was.

        None where no ticket was solved before.
        """
        asked = self.queries(queries, at, groups)
        replies: list[tuple[str, float] | None] = []
        times = _micros(asked.at)
        for rows in _blocks(len(queries), BLOCK):
            near, cosines = self._solved.nearest(
                asked.vectors[rows], times[rows], asked.groups[rows], 1
            )
            for best, cosine in zip(near, cosines, strict=True):
                if len(best) and cosine[0] >= -1:
                    reply = self.solved_tickets["reply"][int(best[0])]
                    replies.append((reply, float(cosine[0])))
                else:
                    replies.append(None)
        return replies

    def queries(
        self,
        texts: Sequence[str],
        at: Sequence[datetime],
        groups: Sequence[str | None] | None = None,
        vectors: "Scores | None" = None,
    ) -> Queries:
        """Queries with their vectors, embedded here where they aren't given."""
        if not len(texts) == len(at) == len(groups if groups is not None else texts):
            raise BadInput(f"{len(texts)} queries come with {len(at)} times: give one for each")
        if vectors is None:
            vectors = self.embedder.embed(list(texts))
        return Queries(texts, at, groups if groups is not None else [None] * len(texts), vectors)

    def rank(self, queries: Queries, k: int, weights: Weights) -> list[list[int]]:
        """Rows of `chunks`, at most `k` a query, best first, at most `per_document` of each one."""
        found: list[list[int]] = [[] for _ in queries.texts]
        documents = self.chunks["doc_id"].to_list()
        limit = self.settings.per_document
        for rows, columns, parts in self.components(queries, weights):
            fused = fuse(parts, weights)
            pool = k if limit >= k else 8 * k
            for place, best in zip(rows, best_columns(fused, pool), strict=True):
                found[place] = _spread(columns[best], documents, k, limit)
            short = [i for i, row in enumerate(rows) if len(found[row]) < k]
            if pool < len(columns) and short:
                for i, best in zip(short, best_columns(fused[short], len(columns)), strict=True):
                    found[rows[i]] = _spread(columns[best], documents, k, limit)
        return found

    def components(
        self, queries: Queries, weights: Weights
    ) -> Iterator[tuple["NDArray[np.int64]", "NDArray[np.int64]", dict[str, "Scores"]]]:
        """Block by block: rows of `queries`, rows of `chunks` in force, scores by component.

        Components without weight are left out. A block's queries see the same chunks.
        """
        import numpy as np

        at = _micros(queries.at)
        wanted = weights.active()
        tokens = tokenise(queries.texts) if "lexical" in wanted else []
        period_of = np.searchsorted(self._boundaries, at, side="right")
        for period in np.unique(period_of):
            members = np.flatnonzero(period_of == period)
            for rows, view in self._views(members, at, queries):
                parts: dict[str, Scores] = {}
                if "vector" in wanted:
                    cosines = queries.vectors[rows] @ view.vectors.T
                    heat = self.settings.vector_temperature
                    parts["vector"] = shares(cosines, view.starts, heat)
                if "lexical" in wanted:
                    raw = view.bm25.scores([tokens[row] for row in rows])
                    raw /= np.maximum(raw.max(axis=1, keepdims=True), 1e-6)
                    heat = self.settings.lexical_temperature
                    parts["lexical"] = shares(raw, view.starts, heat)
                if "votes" in wanted or "clause_votes" in wanted:
                    near = self._voters_of(rows, at, queries)
                    counted = view.ballot.count(*near, self.settings.votes_temperature)
                    parts["votes"], parts["clause_votes"] = counted
                yield rows, view.columns, parts

    def _views(
        self, members: "NDArray[np.int64]", at: "NDArray[np.int64]", queries: Queries
    ) -> Iterator[tuple["NDArray[np.int64]", Period]]:
        """Blocks of queries of one period with the chunks to score for them: all, or candidates."""
        import numpy as np

        since, until = self._in_force
        now = int(at[members[0]])
        columns = np.flatnonzero((since <= now) & (now < until))
        if len(columns) >= self.settings.exact_below:
            for block in _blocks(len(members), STORE_BLOCK):
                rows = members[block]
                yield rows, self._period(self._candidates(rows, at, queries, columns))
        elif len(columns):
            view = self._periods.setdefault(columns.tobytes(), self._period(columns))
            for block in _blocks(len(members), BLOCK):
                yield members[block], view

    def _period(self, columns: "NDArray[np.int64]") -> Period:
        return Period(self.chunks[columns], self.chunk_vectors[columns], columns, self._voters)

    def _candidates(
        self,
        rows: "NDArray[np.int64]",
        at: "NDArray[np.int64]",
        queries: Queries,
        columns: "NDArray[np.int64]",
    ) -> "NDArray[np.int64]":
        """What LanceDB finds for these queries, and the documents that their neighbours cite."""
        import numpy as np

        texts = [queries.texts[row] for row in rows]
        times = [int(at[row]) for row in rows]
        found = self._store.candidates(queries.vectors[rows], texts, times, CANDIDATES)
        near, cosines = self._voters_of(rows, at, queries)
        voters = {int(voter) for voter in near[cosines >= -1]}
        cited = {cite.doc_id for voter in voters for cite in self._voters.cites[voter]}
        in_cited = self.chunks["doc_id"].is_in(list(cited)).to_numpy()[columns]
        return np.union1d(columns[in_cited], np.asarray(sorted(found), dtype=np.int64))

    def _voters_of(
        self, rows: "NDArray[np.int64]", at: "NDArray[np.int64]", queries: Queries
    ) -> tuple["NDArray[np.int64]", "Scores"]:
        groups = [queries.groups[row] for row in rows]
        k = self.settings.neighbours
        return self._voters.nearest(queries.vectors[rows], at[rows], groups, k)

    @cached_property
    def _store(self) -> "LanceStore":
        import hashlib
        import shutil
        import tempfile
        import weakref

        from drafter.lance import LanceStore

        cache = self.cache
        if cache is None:
            cache = Path(tempfile.mkdtemp(prefix="replymill-index-"))
            weakref.finalize(self, shutil.rmtree, cache, ignore_errors=True)
        texts = chunk_texts(self.chunks)
        digest = hashlib.sha256(self.chunk_vectors.tobytes())
        digest.update("\0".join(texts).encode())
        digest.update(b"".join(times.tobytes() for times in self._in_force))
        name = digest.hexdigest()[:16]
        return LanceStore.make(cache, name, texts, self._in_force, self.chunk_vectors)

    @property
    def embedder(self) -> Embedder:
        if self._embedder is None:
            from drafter.embed import load_embedder

            wanted = self.settings
            self._embedder = load_embedder(wanted.embedder, wanted.sha256, wanted.max_tokens)
        return self._embedder

    @cached_property
    def _solved(self) -> Solved:
        cites = [
            [Cite(cite["doc_id"], cite["section"]) for cite in row]
            for row in self.solved_tickets["cites"].to_list()
        ]
        times = self.solved_tickets["created_at"].dt.epoch("us").to_list()
        return Solved(self.solved_vectors, times, self.solved_tickets["group"].to_list(), cites)

    @cached_property
    def _voters(self) -> Solved:
        return self._solved.citing()

    @cached_property
    def _in_force(self) -> tuple["NDArray[np.int64]", "NDArray[np.int64]"]:
        return in_force_micros(self.chunks)

    @cached_property
    def _boundaries(self) -> "NDArray[np.int64]":
        import numpy as np

        return np.unique(np.concatenate(self._in_force))


def _micros(at: Sequence[datetime]) -> "NDArray[np.int64]":
    import numpy as np
    import polars as pl

    from drafter.records import UTC

    times = pl.Series(at, dtype=UTC).dt.epoch("us").to_numpy()
    return np.asarray(times, dtype=np.int64)


def _spread(order: "NDArray[np.int64]", documents: list[str], k: int, limit: int) -> list[int]:
    """The first `k` rows of `order`, passing over a document that has had its `limit`."""
    kept: list[int] = []
    had: dict[str, int] = {}
    for row in order.tolist():
        if len(kept) == k:
            break
        had[documents[row]] = had.get(documents[row], 0) + 1
        if had[documents[row]] <= limit:
            kept.append(row)
    return kept


def _blocks(count: int, size: int) -> Iterator[slice]:
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))
