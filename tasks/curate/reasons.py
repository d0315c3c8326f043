"""Rows that are to be dropped carry the reason; rows without one are alive."""

import polars as pl

ALIVE = pl.col("reason").is_null()


def with_reasons(table: pl.DataFrame, reasons: pl.DataFrame) -> pl.DataFrame:
    """Put `reasons` (row, why) into `table` where it has none yet."""
    return (
        table.join(reasons, on="row", how="left", maintain_order="left")
        .with_columns(reason=pl.coalesce("reason", "why"))
        .drop("why")
    )
