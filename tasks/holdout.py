"""The tickets that a candidate drafts for: with policy clauses, or without."""

from pathlib import Path
from typing import TYPE_CHECKING

from drafter.errors import BadInput
from drafter.tables import read_table

if TYPE_CHECKING:
    import polars as pl


def read_tickets(path: Path) -> tuple["pl.DataFrame", bool]:
    """The holdout, and whether it carries policy clauses. Raises BadInput where it is empty."""
    import pyarrow.parquet as pq

    from drafter.records import CURATED, RETRIEVED

    try:
        retrieves = "chunks" in pq.read_schema(path).names
    except (OSError, ValueError):
        retrieves = False  # read_table says what is wrong with it
    tickets = read_table(path, RETRIEVED if retrieves else CURATED)
    if tickets.is_empty():
        raise BadInput(f"{path} holds no ticket to draft for: see reports/curation.json")
    return tickets, retrieves
