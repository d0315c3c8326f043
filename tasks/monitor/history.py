"""What the feedback store holds, in placeholders: a row for each draft, with what became of it.

version "4" · role "champion" · day 2026-03-02 · topic "returns" · customer and agent as told
conversation  what the split of desk/serving/split.py keeps on one side
instead_of    the challenger whose ticket it was, where the champion had to draft
text   subject and messages, as the model saw them
held   whether the agent was shown no text (held back, abstained or failed), `reason` why
rules  the rules that the guard found broken
action accepted, edited, discarded, or null; `told` is the day on which it was told
edits  words changed / words of the longer text; 1 where the draft was discarded
apart  of a ticket with a shadow: the same for its text and what was sent, whatever was shown
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tasks.changed_words import changed_words, words

if TYPE_CHECKING:
    import polars as pl
    from sqlalchemy import Connection

_READ = ("id", "ticket", "version", "role", "created_at", "subject", "messages", "text",
         "citations", "findings", "abstained", "reason", "seconds", "cost_usd")  # fmt: skip


def schema() -> dict[str, Any]:
    import polars as pl

    text, share, moment = pl.String(), pl.Float64(), pl.Datetime("us", "UTC")
    return {
        "draft_id": text, "ticket": text, "conversation": text, "instead_of": text,
        "version": text, "role": text, "at": moment, "day": pl.Date(),
        "topic": text, "customer": text, "subject": text, "messages": pl.List(pl.String),
        "words": pl.Int64(), "cites": pl.List(pl.String), "rules": pl.List(pl.String),
        "held": pl.Boolean(), "reason": text, "seconds": share, "cost_usd": share,
        "action": text, "agent": text, "told": pl.Date(), "edits": share, "sent": text,
        "apart": share,
    }  # fmt: skip


def read_history(url: str) -> "pl.DataFrame":
    """All drafts of the store at `url`, in the order in which they were made.

    Raises BadInput where there is no store, none of the desk's, or one of a newer desk.
    """
    from desk.store.reading import reading

    with reading(url) as connection:
        return _history(connection)


def _history(connection: "Connection") -> "pl.DataFrame":
    import polars as pl
    from sqlalchemy import literal, select

    from desk.store.feedback import joined
    from desk.store.reading import has_column
    from desk.store.tables import drafts, outcomes, tickets

    told: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(
        select(outcomes).order_by(outcomes.c.created_at, outcomes.c.id)
    ).mappings():
        told[row["draft"]].append(dict(row))
    later = drafts.c.instead_of
    instead_of = later if has_column(connection, later) else literal(None).label(later.name)
    of_ticket = [tickets.c[name] for name in ("topic", "customer", "external_id")]
    found = connection.execute(
        select(*(drafts.c[name] for name in _READ), instead_of, *of_ticket)
        .join(tickets, tickets.c.id == drafts.c.ticket)
        .order_by(drafts.c.created_at, drafts.c.id)
    ).mappings()
    rows = [_row(draft, told[draft["id"]], joined) for draft in found]
    return pl.DataFrame(_apart(rows), schema=schema())


def _apart(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With how far each text of a ticket that has a shadow is from what was sent on it."""
    from desk.store.roles import SHADOW

    shadowed = {row["ticket"] for row in rows if row["role"] == SHADOW}
    sent = {row["ticket"]: row["sent"] for row in rows if row["sent"] and row["role"] != SHADOW}
    for row in rows:
        there = row["ticket"] in shadowed and row["ticket"] in sent
        row["apart"] = share_apart(row["text"], sent[row["ticket"]]) if there else None
        del row["text"]
    return rows


def _row(draft: Mapping[Any, Any], told: list[dict[str, Any]], joined: Any) -> dict[str, Any]:
    said = [row for row in told if row["action"]]
    outcome = joined(said) or dict.fromkeys(("action", "agent", "sent"))
    at = _utc(draft["created_at"])
    return {
        "draft_id": draft["id"],
        "ticket": draft["ticket"],
        "conversation": draft["external_id"] or _began(draft),
        "instead_of": draft["instead_of"],
        "version": draft["version"],
        "role": draft["role"],
        "at": at,
        "day": at.date(),
        "topic": draft["topic"],
        "customer": draft["customer"],
        "subject": draft["subject"],
        "messages": draft["messages"],
        "words": sum(len(words(text)) for text in [draft["subject"], *draft["messages"]]),
        "cites": sorted({citation["doc_id"] for citation in draft["citations"]}),
        "rules": sorted({found["rule"] for found in draft["findings"] if not found.get("soft")}),
        "held": bool(draft["abstained"] or draft["reason"]),
        "reason": draft["reason"],
        "seconds": draft["seconds"],
        "cost_usd": draft["cost_usd"],
        "action": outcome["action"],
        "agent": outcome["agent"],
        "told": _utc(said[0]["created_at"]).date() if said else None,
        "edits": share_changed(draft["text"], outcome["action"], outcome["sent"]),
        "sent": outcome["sent"],
        "text": draft["text"],
    }


def _began(draft: Mapping[Any, Any]) -> str:
    """By what a conversation without an id is known, as where it is drawn for a side."""
    first = draft["messages"][0] if draft["messages"] else draft["ticket"]
    return f"{draft['customer'] or ''}\n{first}"


def share_changed(draft: str, action: str | None, sent: str | None) -> float | None:
    """0 for a draft that was sent as it was, 1 for one that was not used; None: nobody told."""
    if action is None or (action == "edited" and sent is None):
        return None
    if action != "edited":
        return 1.0 if action == "discarded" else 0.0
    return share_apart(draft, sent or "")


def share_apart(draft: str, sent: str) -> float:
    """Words changed / words of the longer text."""
    ours, theirs = words(draft), words(sent)
    longer = max(len(ours), len(theirs))
    return changed_words(ours, theirs) / longer if longer else 0.0


def _utc(at: datetime) -> datetime:
    """SQLite gives times without their zone; they were written in UTC."""
    return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
