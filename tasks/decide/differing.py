"""The tickets on which candidates differ most, as the page shows them: side by side."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tasks.decide.labels import DASH
from tasks.decide.measured import Measured
from tasks.marks import marked
from tasks.policy_book import PolicyBook, evidence_of

if TYPE_CHECKING:
    import polars as pl

WEB = re.compile(r"https?://", re.IGNORECASE)


def most_differing(measured: Measured, dimension: str, most: int) -> list[str]:
    """Ticket ids, by the spread of the candidates' scores; tickets on which all agree are left out.

    Of equal spreads, each way in which candidates can differ comes once before any comes twice:
    where one candidate is always wrong, twenty tickets would else tell the same story.
    """
    import numpy as np

    found = []
    for ticket, row in zip(measured.tickets, measured.values[dimension], strict=True):
        known = row[np.isfinite(row)]
        spread = round(float(known.max() - known.min()), 4) if len(known) else 0.0
        if spread:
            found.append((spread, tuple(np.round(row, 1).tolist()), ticket))
    seen: Counter[str] = Counter()
    keys = []
    for spread, story, ticket in sorted(found, key=lambda one: one[2]):
        told = f"{spread} {story}"
        keys.append((-spread, seen[told], ticket))
        seen[told] += 1
    return [ticket for _, _, ticket in sorted(keys)[:most]]


def side_by_side(
    ticket_ids: Sequence[str],
    tickets: "pl.DataFrame",
    policies: "pl.DataFrame",
    drafts: Mapping[str, "pl.DataFrame"],
    measured: Measured,
    dimension: str,
) -> list[dict[str, Any]]:
    """For each ticket: question, human reply, and every candidate's draft in marked pieces.

    `tickets` are RETRIEVED rows, `drafts` DRAFT rows of each candidate.
    """
    book = PolicyBook(policies)
    rows = {row["ticket_id"]: row for row in tickets.iter_rows(named=True)}
    by_name = {
        name: {row["ticket_id"]: row for row in table.iter_rows(named=True)}
        for name, table in drafts.items()
    }
    found = []
    for ticket_id in ticket_ids:
        row = rows[ticket_id]
        evidence = evidence_of(row, book.versions_of(row)[0])
        place = measured.tickets.index(ticket_id)
        found.append(
            {
                "ticket_id": ticket_id,
                "day": f"{row['created_at']:%d %B %Y}",
                "topic": row["topic"],
                "subject": row["subject"],
                "question": _asked(row),
                "human": marked(row["reply"], evidence),
                "drafts": [
                    _draft(name, table[ticket_id], row, evidence)
                    | {"score": _score(float(measured.of(name, dimension)[place]))}
                    for name, table in by_name.items()
                ],
            }
        )
    return found


def _asked(ticket: Mapping[str, Any]) -> str:
    """What the customer wrote last, which the reply answers."""
    written = [part["text"] for part in ticket["messages"] if part["role"] == "customer"]
    return str(written[-1]) if written else ""


def why_held_back(reason: str | None) -> str:
    """`no_policy` -> `no policy`, as an agent reads it."""
    return (reason or "no reason given").replace("_", " ")


def _draft(
    name: str, draft: Mapping[str, Any], ticket: Mapping[str, Any], evidence: Sequence[str]
) -> dict[str, Any]:
    failed = (draft["reason"] or "").startswith("failed")
    return {
        "name": name,
        "pieces": marked(draft["text"], evidence),
        "held_back": why_held_back(draft["reason"]) if draft["abstained"] and not failed else None,
        "failed": draft["reason"] if failed else None,
        "clauses": [_clause(cited, ticket) for cited in draft["citations"]],
    }


def _clause(chunk_id: str, ticket: Mapping[str, Any]) -> dict[str, Any]:
    """A cited clause, with its text where the ticket brought it along and its page on the web."""
    for chunk in ticket["chunks"]:
        if chunk["chunk_id"] == chunk_id:
            url = chunk["url"] if WEB.match(chunk["url"] or "") else None
            # a clause's path ends in its number there: `Card > 1`
            where = [part.strip() for part in (chunk["clause"] or "").split(">")]
            named = [chunk["title"], *(part for part in where if part and not part.isdigit())]
            return {"name": " \u203a ".join(named), "text": chunk["text"], "url": url}
    return {"name": chunk_id, "text": None, "url": None}


def _score(value: float) -> str:
    return DASH if value != value else f"{100 * value:.0f} %"
