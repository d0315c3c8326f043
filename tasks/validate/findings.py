"""What is wrong with single rows, in Polars. A row's reason is the first that applies.

duplicate_ticket_id of tickets/may.csv:17
no_reply
"""

from functools import reduce

import polars as pl

from drafter.records import REJECTED, UTC
from tasks.validate.params import ValidateParams

ROLES = ("customer", "agent")


def ticket_reasons(params: ValidateParams) -> dict[str, pl.Expr]:
    """Reason to whether it applies, for TICKET rows with `duplicate_of` (null, or a source)."""
    element = pl.element().struct.field
    says_something = (element("role") == "customer") & ~_empty(element("text"), params)
    times = pl.col("messages").list.eval(element("at").cast(pl.Int64))
    latest = times.list.max().cast(UTC)
    earlier_is_later = times.list.drop_nulls().list.diff().list.min() < 0
    longest = pl.max_horizontal(
        pl.col(texts).list.eval(element("text").str.len_chars()).list.max()
        for texts in ("messages", "rivals")
    )
    return {
        "no_ticket_id": _blank(pl.col("ticket_id")),
        "duplicate_ticket_id": pl.col("duplicate_of").is_not_null(),
        "unknown_role": ~pl.col("messages")
        .list.eval(element("role").is_in(ROLES).fill_null(False))
        .list.all(),
        "no_question": ~pl.col("messages").list.eval(says_something).list.any(),
        "no_reply": _empty(pl.col("reply"), params),
        "impossible_time": ~pl.col("created_at").is_between(
            _time(params.times.first), _time(params.times.last)
        ),
        "out_of_order": earlier_is_later | (latest > pl.col("created_at")),
        "too_long": (longest > params.most_characters)
        | (pl.col("reply").str.len_chars() > params.most_characters)
        | (pl.col("draft").str.len_chars().fill_null(0) > params.most_characters),
    }


def policy_reasons(params: ValidateParams) -> dict[str, pl.Expr]:
    """Reason to whether it applies, for POLICY rows with `duplicate_of`."""
    return {
        "no_doc_id": _blank(pl.col("doc_id")),
        "duplicate_policy": pl.col("duplicate_of").is_not_null(),
        "no_text": _empty(pl.col("text"), params),
        "period_ends_before_it_begins": pl.col("effective_from") >= pl.col("effective_to"),
        "too_long": pl.col("text").str.len_chars() > params.most_characters,
    }


def with_reason(table: pl.DataFrame, reasons: dict[str, pl.Expr]) -> pl.DataFrame:
    """Add `reason`: the first that applies to the row, null if none does."""
    if table.is_empty():
        return table.with_columns(reason=pl.lit(None, dtype=pl.String))
    flags = table.select(
        applies.cast(pl.Boolean).fill_null(name == "impossible_time").alias(name)
        for name, applies in reasons.items()
    )
    first = reduce(
        lambda later, name: pl.when(flags[name]).then(pl.lit(name)).otherwise(later),
        reversed(list(reasons)),
        pl.lit(None, dtype=pl.String),
    )
    return table.with_columns(reason=first)


def rejected(table: pl.DataFrame, row_id: str) -> pl.DataFrame:
    """REJECTED rows of a table with `reason`."""
    of = pl.when(pl.col("reason").str.starts_with("duplicate")).then("duplicate_of")
    return (
        table.filter(pl.col("reason").is_not_null())
        .select(
            row_id=pl.coalesce(pl.col(row_id), "source", pl.lit("")),
            source="source",
            stage=pl.lit("validate"),
            reason=pl.col("reason") + pl.coalesce(pl.lit(" of ") + of, pl.lit("")),
        )
        .select(list(REJECTED))
    )


def _blank(text: pl.Expr) -> pl.Expr:
    return ~text.fill_null("").str.contains(r"\S")


def _empty(text: pl.Expr, params: ValidateParams) -> pl.Expr:
    """Whether a text is missing, blank, or only stands where one should be."""
    placeholders = [value.strip().lower() for value in params.placeholders]
    # Only a short text can be a placeholder, so only short ones are compared.
    longest = max(map(len, placeholders), default=0) + 16
    short = pl.when(text.str.len_bytes() <= longest).then(text.str.strip_chars().str.to_lowercase())
    return _blank(text) | short.is_in(placeholders).fill_null(False)


def _time(value: object) -> pl.Expr:
    return pl.lit(value).cast(UTC)
