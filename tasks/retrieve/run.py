"""Give each ticket the clauses in force on its day; measure recall on val and holdout."""

from typing import Any

import polars as pl

from drafter.clean import query_texts
from drafter.index_files import open_index
from drafter.records import CURATED, POLICY, RETRIEVED
from drafter.retrieval import Index, Queries
from drafter.tables import read_table, write_json, write_table
from tasks.paths import SPLITS, Paths
from tasks.retrieve.measure import measure, resolve
from tasks.retrieve.params import Params


def run(params: Params, paths: Paths) -> None:
    """Write data/retrieved/{train,val,holdout}.parquet and reports/retrieval.json."""
    index = open_index(paths.index, paths.var / "index")
    policies = read_table(paths.validated_policies, POLICY)
    report: dict[str, Any] = {}
    for split in SPLITS:
        tickets = read_table(paths.curated(split), CURATED)
        queries = ask(index, tickets)
        found = retrieve(index, tickets, queries, params.retrieve.k)
        write_table(paths.retrieved(split), found, RETRIEVED)
        if split != "train":
            cites = resolve(tickets, policies)
            draws, seed = params.retrieve.bootstrap, params.seed
            report[split] = measure(index, policies, queries, cites, draws, seed)
    write_json(paths.report("retrieval.json"), report)


def ask(index: Index, tickets: pl.DataFrame) -> Queries:
    """The queries of CURATED rows; those that the index knows aren't embedded again."""
    import numpy as np

    texts = query_texts(tickets)
    place = {ticket: row for row, ticket in enumerate(index.solved_tickets["ticket_id"])}
    rows = [place.get(ticket, -1) for ticket in tickets["ticket_id"]]
    new = [number for number, row in enumerate(rows) if row < 0]
    vectors = np.zeros((len(texts), index.chunk_vectors.shape[1]), dtype=np.float32)
    known = [number for number, row in enumerate(rows) if row >= 0]
    vectors[known] = index.solved_vectors[[rows[number] for number in known]]
    if new:
        vectors[new] = index.embedder.embed([texts[number] for number in new])
    return index.queries(
        texts, tickets["created_at"].to_list(), tickets["group"].to_list(), vectors
    )


def retrieve(index: Index, tickets: pl.DataFrame, queries: Queries, k: int) -> pl.DataFrame:
    """RETRIEVED rows: `tickets` with their `k` best chunks."""
    chunks = index.search(queries.texts, queries.at, k, queries.groups, queries.vectors)
    return tickets.with_columns(pl.Series("chunks", chunks, dtype=RETRIEVED["chunks"]))
