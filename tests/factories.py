"""Small real records for tests: every field has a plain value that a test may override."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from drafter.records import CURATED, POLICY, RETRIEVED, TICKET

START = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)


def ticket(number: int = 1, **fields: Any) -> dict[str, Any]:
    """A TICKET row; `question` is a shorthand for one customer message."""
    at = START + timedelta(hours=number)
    question = fields.pop("question", f"How long do I have to return order {number}?")
    return {
        "ticket_id": f"T-{number}",
        "thread_id": f"T-{number}",
        "created_at": at,
        "customer": f"customer-{number}",
        "agent": "agent-1",
        "names": [],
        "channel": "email",
        "locale": "en",
        "topic": "returns",
        "subject": "Returning something",
        "messages": [{"role": "customer", "text": question, "at": at}],
        "reply": f"You have {number} days to send it back.",
        "draft": None,
        "draft_weight": None,
        "rivals": None,
        "cites": [],
        "outcome": {"csat": None, "solved": True, "votes": None},
        "source": f"tickets.csv:{number}",
    } | fields


def curated(number: int = 1, **fields: Any) -> dict[str, Any]:
    """A CURATED row."""
    row = ticket(number, **fields)
    row.pop("names")
    row["customer"] = fields.get("customer", f"C-{number:06}")
    added = {"language": "en", "group": f"G-{number}", "is_macro": False}
    return row | {name: fields.get(name, value) for name, value in added.items()}


def retrieved(number: int = 1, **fields: Any) -> dict[str, Any]:
    """A RETRIEVED row, with no chunks unless given."""
    chunks = fields.pop("chunks", [])
    return curated(number, **fields) | {"chunks": chunks}


def policy(doc_id: str = "returns", **fields: Any) -> dict[str, Any]:
    """A POLICY row that is always in force."""
    return {
        "doc_id": doc_id,
        "title": doc_id.title(),
        "text": f"# {doc_id.title()}\n\nYou can return an item within 30 days.\n",
        "locale": "en",
        "effective_from": None,
        "effective_to": None,
        "url": f"https://help.example/{doc_id}",
        "source": f"{doc_id}.md",
    } | fields


def ticket_table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=TICKET)


def curated_table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=CURATED)


def retrieved_table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=RETRIEVED)


def policy_table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=POLICY)
