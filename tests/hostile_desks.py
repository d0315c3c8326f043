"""Tickets, drafts and outcomes that hold one text wherever the page shows something."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import delete

from desk.desk import Desk
from desk.serving.served import Served
from desk.store.tables import tickets
from tests.desks import beside, make_desk, refused
from tests.live_drafters import CLAUSE, Says, live

ENDINGS = ("ready", "held", "accepted", "edited", "discarded")


def hostile_desk(folder: Path) -> Desk:
    return make_desk(folder, challenger=Says("x"), challenger_params=beside("shadow"))


def rename(desk: Desk, text: str) -> None:
    """Call whatever serves or is refused, and its candidate, `text`; forget all tickets."""
    with desk.store.engine.begin() as connection:
        connection.execute(delete(tickets))
    for follower in filter(None, (desk.champion, desk.challenger)):
        follower._served = Served(text, text, live(Says("x"), [CLAUSE]))
        follower._refused = refused(text, text)
        follower._away = text


def plant(desk: Desk, text: str, ending: str) -> str:
    """A ticket that holds `text` in each field, and ends so; gives its id."""
    ticket: dict[str, Any] = {
        "source": "page", "external_id": text, "customer": text, "names": [text, text],
        "subject": text, "topic": text, "locale": text[:35], "channel": text[:64],
        "messages": [{"role": "customer", "text": text}, {"role": "agent", "text": text},
                     {"role": "customer", "text": text}],
        "at": datetime.now(UTC), "placeholders": {"[NAME_1]": text},
    }  # fmt: skip
    cite = dict.fromkeys(("chunk_id", "doc_id", "title", "clause", "text", "url"), text)
    finding = {"rule": text, "kind": text, "why": text, "start": 0, "end": len(text)}
    draft = {
        "role": "champion", "version": text[:32], "candidate": text, "subject": text,
        "messages": [text], "text": f"{text} [NAME_1]",
        "citations": [cite, {**cite, "url": f"https://ok.example/{quote(text)}"}],
        "findings": [finding] if ending != "ready" else [],
        "abstained": ending == "held", "reason": text if ending == "held" else None,
        "seconds": 1.0, "tokens_in": 1, "tokens_out": 1, "cost_usd": 0.0,
    }  # fmt: skip
    draft_id = desk.store.add_draft(ticket, draft)
    if ending in ("accepted", "edited", "discarded"):
        outcome = {"action": ending, "sent": f"new {text}", "agent": text[:64], "seconds": 1.0,
                   "csat": None, "reopened": None}  # fmt: skip
        desk.store.add_outcome(draft_id, outcome, None)
    return str(desk.store.draft(draft_id)["ticket"]["id"])
