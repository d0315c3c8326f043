"""Fields of an export become TICKET records, or rows set aside with their reason.

no_message        the customer said nothing
unanswered        nobody replied
no_time           when the customer wrote is not there
unreadable_time   it is there, and no time we know
left_out          by `leave_out` in params.yaml; the column is named
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

from drafter.records import MESSAGE, OUTCOME, REJECTED, RIVAL, TICKET
from tasks.ingest.batches import ROW, BadRow

OPTIONAL = ("customer", "agent", "channel", "locale", "topic", "subject")


@dataclass(frozen=True)
class Built:
    """Records, and the rows that could not become one (REJECTED)."""

    records: pl.DataFrame
    rejected: pl.DataFrame


def build_tickets(fields: pl.DataFrame, label: str) -> Built:
    """Tickets from rows that hold a message and its reply; `label` is the file they came from.

    `fields` are the columns of `take_fields`, with `left_out` and `created_at_given` beside them.
    """
    fields = complete(fields, label)
    reason = (
        pl.when(pl.col("left_out").is_not_null())
        .then("left_out " + pl.col("left_out"))
        .when(is_blank("message"))
        .then(pl.lit("no_message"))
        .when(is_blank("reply"))
        .then(pl.lit("unanswered"))
        .when(pl.col("created_at").is_null())
        .then(
            pl.when("created_at_given").then(pl.lit("unreadable_time")).otherwise(pl.lit("no_time"))
        )
    )
    fields = fields.with_columns(reason=reason)
    good = fields.filter(pl.col("reason").is_null())
    message = pl.struct(
        role=pl.lit("customer"), text=pl.col("message"), at=pl.col("created_at")
    ).cast(MESSAGE)
    records = good.with_columns(
        messages=message.reshape((-1, 1)).arr.to_list(),
        outcome=pl.struct("csat", "solved", "votes").cast(OUTCOME),
    ).select(list(TICKET))
    return Built(records, reject(fields.filter(pl.col("reason").is_not_null())))


def complete(fields: pl.DataFrame, label: str) -> pl.DataFrame:
    """Add what an export doesn't have: null, an empty list, or for an id the row's own place."""
    source = pl.format("{}:{}", pl.lit(label), pl.col(ROW))
    fields = fields.with_columns(source=source)
    missing: dict[str, Any] = {
        **dict.fromkeys((*OPTIONAL, "ticket_id", "message", "reply", "draft"), pl.String),
        "rivals": pl.List(RIVAL),
        "names": pl.List(pl.String),
        "cites": pl.List(pl.String),
        "csat": pl.Float64,
        "solved": pl.Boolean,
        "votes": pl.Int64,
    }
    fields = fields.with_columns(
        pl.lit(None if kind != pl.List(pl.String) else [], kind).alias(name)
        for name, kind in missing.items()
        if name not in fields.columns
    )
    fields = fields.with_columns(ticket_id=pl.coalesce("ticket_id", "source"))
    thread = pl.coalesce("thread_id", "ticket_id") if "thread_id" in fields.columns else "ticket_id"
    return fields.with_columns(thread_id=thread)


def is_blank(column: str) -> pl.Expr:
    """Whether a text is missing or white space alone."""
    return pl.col(column).is_null() | (pl.col(column).str.strip_chars() == "")


def reject(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with ticket_id, source and reason as REJECTED."""
    return rows.select(
        row_id="ticket_id", source="source", stage=pl.lit("ingest"), reason="reason"
    ).cast(dict(REJECTED))  # type: ignore[arg-type]


def reject_unread(bad: list[BadRow], label: str) -> pl.DataFrame:
    """Rows that a reader could not read as REJECTED; such a row is named by its place."""
    return reject_places([(f"{label}:{one.row}", one.reason) for one in bad])


def reject_places(places: list[tuple[str, str]]) -> pl.DataFrame:
    """(source, reason) as REJECTED, each named by its place."""
    rows = [(place, place, "ingest", reason) for place, reason in places]
    return pl.DataFrame(rows, schema=REJECTED, orient="row")
