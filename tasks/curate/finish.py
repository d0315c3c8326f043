"""What was tidied and what was decided, put together into the records of the next stages."""

import polars as pl

from drafter.records import CURATED, REJECTED


def finished_rows(table: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """CURATED rows from rows of TIDY and the same rows of what was decided."""
    return table.with_columns(
        decided["customer"], decided["agent"], decided["group"], decided["is_macro"]
    ).select(list(CURATED))


def dropped_rows(decided: pl.DataFrame) -> pl.DataFrame:
    """REJECTED rows of what was dropped."""
    return (
        decided.filter(pl.col("reason").is_not_null())
        .select(row_id="ticket_id", source="source", stage=pl.lit("curate"), reason="reason")
        .select(list(REJECTED))
    )
