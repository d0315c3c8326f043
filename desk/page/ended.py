"""The ticket that was just answered, as the page that opens after it says."""

from typing import Any

from desk.desk import Desk
from desk.errors import UnknownTicket
from desk.page.words import done


def ended(desk: Desk, ticket_id: str) -> dict[str, Any] | None:
    """A ticket of that id with its `state`; None where it isn't answered, or there is none."""
    if not ticket_id:
        return None
    try:
        kept = desk.store.draft(desk.inbox.draft_of(ticket_id))
    except UnknownTicket:
        return None
    action = kept["outcome"] and kept["outcome"]["action"]
    return {**kept["ticket"], "state": done(action)} if action else None
