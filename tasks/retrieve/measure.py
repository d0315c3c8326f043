"""Recall of the index on tickets whose human reply says what it rests on."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from drafter.cites import Cite, Resolver
from drafter.fusion import COMPONENTS, Weights, best_columns
from drafter.lexical import Bm25, tokenise
from drafter.recall import DEPTH, NOT_FOUND, Level, Trial, summary, truths
from drafter.retrieval import Index, Queries


def measure(
    index: Index,
    policies: pl.DataFrame,
    queries: Queries,
    cites: list[list[Cite]],
    draws: int,
    seed: int,
) -> dict[str, Any]:
    """Each component, the fusion, and BM25 over whole documents, on the same queries.

    By level: `documents`, and `sections` where replies name one. BM25 over documents ranks no
    sections.
    """
    report: dict[str, Any] = {}
    levels: tuple[Level, Level] = ("documents", "sections")
    for level in levels:
        truth = truths(cites, level)
        keep = [row for row, wanted in enumerate(truth) if wanted]
        wanted = [truth[row] for row in keep]
        asked = Queries(
            [queries.texts[row] for row in keep],
            [queries.at[row] for row in keep],
            [queries.groups[row] for row in keep],
            queries.vectors[keep],
        )
        trial = Trial(index, asked, wanted, level)
        found: dict[str, NDArray[np.int64]] = {}
        if level == "documents":
            found["bm25_documents"] = bm25_ranks(policies, asked, wanted)
        found |= {name: trial.ranks(Weights.alone(name)) for name in COMPONENTS}
        found["fused"] = trial.ranks(index.weights)
        report[level] = {name: summary(ranks, seed, draws) for name, ranks in found.items()}
    return report


def bm25_ranks(
    policies: pl.DataFrame, queries: Queries, truth: list[set[Any]]
) -> NDArray[np.int64]:
    """The baseline: BM25 over whole documents, title and text, as in force at each query's time."""
    ranks = np.full(len(truth), NOT_FOUND, dtype=np.int64)
    periods: dict[tuple[int, ...], list[int]] = {}
    table = policies.with_row_index("row")
    for number, at in enumerate(queries.at):
        since, until = pl.col("effective_from"), pl.col("effective_to")
        there = (since.is_null() | (since <= at)) & (until.is_null() | (until > at))
        periods.setdefault(tuple(table.filter(there)["row"]), []).append(number)
    for rows, numbers in periods.items():
        view = policies[list(rows)]
        if view.is_empty():
            continue
        documents = view["doc_id"].to_list()
        texts = [f"{title}\n{text}" for title, text in view.select("title", "text").iter_rows()]
        tokens = tokenise([queries.texts[number] for number in numbers])
        scores = Bm25(tokenise(texts)).scores(tokens)
        for number, best in zip(
            numbers, best_columns(scores, len(documents), by_ratio=False), strict=True
        ):
            order = list(dict.fromkeys(documents[column] for column in best))[:DEPTH]
            hits = [place for place, name in enumerate(order, start=1) if name in truth[number]]
            ranks[number] = hits[0] if hits else NOT_FOUND
    return ranks


def resolve(tickets: pl.DataFrame, policies: pl.DataFrame) -> list[list[Cite]]:
    """What each ticket's reply cites, found among the policies."""
    resolver = Resolver(policies.select("doc_id", "url").to_dicts())
    return [resolver.resolve(row or []) for row in tickets["cites"].to_list()]
