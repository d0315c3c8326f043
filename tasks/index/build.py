"""From policies and curated tickets to an index: chunks, vectors, solved tickets, weights."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import polars as pl

from drafter.chunks import ChunkSizes, chunk_policies
from drafter.cites import Cite, Resolver
from drafter.clean import query_texts
from drafter.embed import Embedder
from drafter.errors import BadInput, ParamsError
from drafter.fusion import COMPONENTS, Weights, learn
from drafter.period import chunk_texts
from drafter.recall import Level, Trial, truths
from drafter.records import SOLVED
from drafter.retrieval import Index, Settings
from tasks.index.params import IndexParams


def build(
    policies: pl.DataFrame,
    train: pl.DataFrame,
    val: pl.DataFrame,
    embedder: Embedder,
    params: IndexParams,
) -> tuple[Index, dict[str, Any]]:
    """The index of POLICY rows and CURATED rows, and what each component measured on val.

    Raises BadInput where there is no policy to cut.
    """
    chunks = chunk_policies(policies, ChunkSizes(**params.chunks.model_dump()))
    if chunks.is_empty():
        raise BadInput(
            f"{len(policies)} policies hold no clause: see ingest.policies in params.yaml"
        )
    tickets = pl.concat([train, val]).sort("created_at", "ticket_id")
    resolver = Resolver(policies.select("doc_id", "url").to_dicts())
    texts = chunk_texts(chunks)
    vectors = embedder.embed([*texts, *query_texts(tickets)])
    settings = Settings(
        params.embedder,
        params.sha256,
        params.max_tokens,
        params.votes.neighbours,
        params.votes.temperature,
        params.fusion.vector_temperature,
        params.fusion.lexical_temperature,
        params.exact_below,
        params.per_document,
    )
    index = Index(
        chunks,
        vectors[: len(texts)],
        solved(tickets, resolver),
        vectors[len(texts) :],
        settings,
        _weights(params.fusion.fallback),
        embedder,
    )
    if set(params.fusion.steps) != set(COMPONENTS):
        raise ParamsError(f"params.yaml: index.fusion.steps needs {', '.join(COMPONENTS)}")
    weights, measured = learn_weights(index, train, val, params.fusion.steps)
    if weights is not None:
        index.weights = weights
    return index, measured


def solved(tickets: pl.DataFrame, resolver: Resolver) -> pl.DataFrame:
    """SOLVED rows of CURATED rows, with what they cite found among the policies."""
    cites = [resolver.resolve(row or []) for row in tickets["cites"].to_list()]
    column = pl.Series(
        "cites", [[cite._asdict() for cite in row] for row in cites], SOLVED["cites"]
    )
    return tickets.with_columns(column).select(list(SOLVED))


def learn_weights(
    index: Index, train: pl.DataFrame, val: pl.DataFrame, steps: dict[str, list[float]]
) -> tuple[Weights | None, dict[str, Any]]:
    """The weights with the best MRR@10 on val, and the table of what was measured.

    Val asks the policies as they stood when the last training ticket came. A policy that takes
    effect later so changes no weight, and leaves the clauses of training tickets as they were.
    None where no ticket of val cites a policy.
    """
    as_of = train["created_at"].max()
    frozen = _as_of(index, as_of) if isinstance(as_of, datetime) else index
    position = {ticket: row for row, ticket in enumerate(index.solved_tickets["ticket_id"])}
    rows = [position[ticket] for ticket in val["ticket_id"]]
    asked = index.solved_tickets[rows]
    cites = [[Cite(**cite) for cite in row] for row in asked["cites"].to_list()]
    level = _level(cites)
    truth = truths(cites, level)
    keep = [row for row, wanted in enumerate(truth) if wanted]
    if not keep:
        return None, {"n": 0, "learned": False}
    queries = frozen.queries(
        [query_texts(val)[row] for row in keep],
        [asked["created_at"][row] for row in keep],
        [asked["group"][row] for row in keep],
        index.solved_vectors[[rows[row] for row in keep]],
    )
    trial = Trial(frozen, queries, [truth[row] for row in keep], level)
    weights = learn(steps, trial.mrr)
    alone = {name: round(trial.mrr(Weights.alone(name)), 4) for name in COMPONENTS}
    alone["fused"] = round(trial.mrr(weights), 4)
    return weights, {"n": len(keep), "learned": True, "level": level, "mrr@10": alone}


def _level(cites: Sequence[Sequence[Cite]]) -> Level:
    """Sections where at least half of the citing replies name one, else documents."""
    citing = [row for row in cites if row]
    naming = [row for row in citing if any(cite.section for cite in row)]
    return "sections" if citing and 2 * len(naming) >= len(citing) else "documents"


def _as_of(index: Index, day: datetime) -> Index:
    """`index` with the chunks in force on `day`, as if they had always been."""
    since, until = pl.col("effective_from"), pl.col("effective_to")
    there = (since.is_null() | (since <= day)) & (until.is_null() | (until > day))
    rows = index.chunks.with_row_index("row").filter(there)["row"].to_list()
    always = pl.lit(None, index.chunks.schema["effective_from"])
    return Index(
        index.chunks[rows].with_columns(effective_from=always, effective_to=always),
        index.chunk_vectors[rows],
        index.solved_tickets,
        index.solved_vectors,
        index.settings,
        index.weights,
        index.embedder,
    )


def _weights(values: dict[str, float]) -> Weights:
    if set(values) != set(COMPONENTS):
        raise ParamsError(
            f"params.yaml: index.fusion.fallback has {sorted(values)}, needs {sorted(COMPONENTS)}"
        )
    return Weights(**values)


def summary_line(index: Index, measured: dict[str, Any]) -> str:
    """One line about what was made."""
    active = ", ".join(f"{name} {weight:g}" for name, weight in asdict(index.weights).items())
    return (
        f"{len(index.chunks):,} clauses, {len(index.solved_tickets):,} solved tickets; "
        f"weights {active} (val, n = {measured['n']})"
    )
