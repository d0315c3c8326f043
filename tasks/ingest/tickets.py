"""Fields of an export become TICKET records, or rows set aside with their reason.

no_message           the customer said nothing
unreadable_messages  a conversation that is no JSON list of {role, text}
unanswered           nobody replied
no_time              when the customer wrote is not there
unreadable_time      it is there, and no time we know
unreadable_weight    `draft_weight` is there, and no number from 0 on
left_out             by `leave_out` in params.yaml; the column is named
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
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
    has_conversations = "messages" in fields.columns and "message" not in fields.columns
    fields = complete(fields, label)
    if has_conversations:
        said = conversations(fields["messages"], fields["created_at"])
        fields = fields.with_columns(message="messages", messages=said)
    else:
        message = pl.struct(
            role=pl.lit("customer"), text=pl.col("message"), at=pl.col("created_at")
        ).cast(MESSAGE)
        fields = fields.with_columns(messages=message.reshape((-1, 1)).arr.to_list())
    unweighed = pl.lit(False)
    if "draft_weight_given" in fields.columns:
        unweighed = pl.col("draft_weight_given") & pl.col("draft_weight").is_null()
    reason = (
        pl.when(pl.col("left_out").is_not_null())
        .then("left_out " + pl.col("left_out"))
        .when(is_blank("message"))
        .then(pl.lit("no_message"))
        .when(pl.col("messages").is_null())
        .then(pl.lit("unreadable_messages"))
        .when(unweighed)
        .then(pl.lit("unreadable_weight"))
        .when(is_blank("reply"))
        .then(pl.lit("unanswered"))
        .when(pl.col("created_at").is_null())
        .then(
            pl.when("created_at_given").then(pl.lit("unreadable_time")).otherwise(pl.lit("no_time"))
        )
    )
    fields = fields.with_columns(reason=reason)
    good = fields.filter(pl.col("reason").is_null())
    records = good.with_columns(
        outcome=pl.struct("csat", "solved", "votes").cast(OUTCOME),
    ).select(list(TICKET))
    return Built(records, reject(fields.filter(pl.col("reason").is_not_null())))


def conversations(written: Iterable[str | None], times: Iterable[datetime | None]) -> pl.Series:
    """MESSAGE lists from JSON, null where that is none: [{"role": "customer", "text": "Hi, ..."}]

    The last message is of the ticket's time; of those before it nobody knows.
    """
    said = [_turns(text, at) for text, at in zip(written, times, strict=True)]
    return pl.Series("messages", said, pl.List(MESSAGE))


def _turns(written: str | None, at: datetime | None) -> list[dict[str, Any]] | None:
    try:
        turns = json.loads(written or "")
        said = [(one["role"], one["text"]) for one in turns]
        "".join(chain(*said)).encode()  # half a character is none, and neither is a number
    except (ValueError, TypeError, KeyError):
        return None
    if not said or any("\0" in text for _, text in said):
        return None
    times = [*[None] * (len(said) - 1), at]
    return [
        {"role": role, "text": text, "at": told}
        for (role, text), told in zip(said, times, strict=True)
    ]


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
        "draft_weight": pl.Float64,
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
