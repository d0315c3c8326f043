"""GET /tickets/{id}: the conversation and the draft; POST sends or discards it."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from desk.api.drafts import desk_of
from desk.desk import Desk
from desk.errors import DeskRefused, KeyReused, UnknownDraft
from desk.page.agent import agent_of
from desk.page.diff import changes
from desk.page.ended import ended
from desk.page.forms import fields, plain
from desk.page.inbox import ordered
from desk.page.marks import pieces, still_there
from desk.page.seconds import bounded
from desk.page.shell import PageRoute, go, page, part
from desk.page.words import age, done, drafted, utc
from desk.shown import shown
from desk.store.inbox import Show

router = APIRouter(prefix="/tickets/{ticket_id}", route_class=PageRoute, include_in_schema=False)
Fields = Annotated[Mapping[str, str], Depends(fields)]


@router.get("")
def ticket(request: Request, ticket_id: str, order: str = "", told: str = "") -> Response:
    desk = desk_of(request)
    seen = _seen(desk, desk.inbox.draft_of(ticket_id))
    listed: Show = "done" if seen["action"] else "waiting"
    way = ordered(order, listed)
    before, after = desk.inbox.beside(ticket_id, listed, way)
    return page(
        request, "ticket.html.jinja",
        now_on="ticket", show=listed, order=way, before=before, after=after,
        ended=ended(desk, told),
        **{**seen, **_reply(seen, seen["draft"])},
    )  # fmt: skip


@router.post("/diff")
def diff(request: Request, ticket_id: str, told: Fields) -> Response:
    """What would be sent, held against the draft."""
    seen = _asked(desk_of(request), ticket_id, told)
    return part("diff.html.jinja", **_diff(seen, told.get("sent", "")))


@router.post("")
async def answer(request: Request, ticket_id: str, told: Fields) -> Response:
    """Keep what the agent does with the draft, and open the next ticket."""
    desk = desk_of(request)
    seen = await asyncio.to_thread(_asked, desk, ticket_id, told)
    sent = told.get("sent", "")
    problem, status = _wrong(seen, sent, told), 422
    if not problem:
        try:
            # one key a draft: who comes second is told, and nothing is written over
            await desk.tell(seen["id"], _outcome(request, seen, sent, told), f"page:{seen['id']}")
            after = await asyncio.to_thread(_next, desk, ticket_id, told.get("order", ""))
            return go(request, after)
        except KeyReused:
            problem, status = "Somebody answered this ticket meanwhile. Open it again to see.", 409
        except DeskRefused as error:
            problem, status = f"Not kept, and nothing is lost: {error}", error.status
    reply = _reply(seen, sent, problem, checked="checked" in told)
    if "HX-Request" in request.headers:
        return part(
            "reply_inside.html.jinja", status, **{"order": told.get("order", ""), **seen, **reply}
        )
    return page(
        request, "ticket.html.jinja", status,
        now_on="ticket", show="waiting", order=told.get("order", ""), before=None, after=None,
        ended=None, **{**seen, **reply},
    )  # fmt: skip


def _asked(desk: Desk, ticket_id: str, told: Mapping[str, str]) -> dict[str, Any]:
    """The draft that the form was about, which must be of this ticket."""
    seen = _seen(desk, told.get("draft", ""))
    if seen["ticket"]["id"] != ticket_id:
        raise UnknownDraft(f"draft {seen['id']!r}: it is none of ticket {ticket_id!r}")
    return seen


def _seen(desk: Desk, draft_id: str) -> dict[str, Any]:
    """A draft and its ticket, as the page shows them."""
    kept = desk.store.draft(draft_id)
    answer = shown(kept)
    action = answer["outcome"]["action"] if answer["outcome"] else None
    held_back = plain(answer["held_back"])
    now = datetime.now(UTC)
    return {
        **answer,
        "draft": plain(answer["draft"]),
        "held_back": held_back,
        "ticket": kept["ticket"],
        "at": utc(kept["ticket"]["received_at"]),
        "age": age(kept["ticket"]["received_at"], now),
        "action": action,
        "state": done(action) if action else drafted(kept["reason"]),
        "drafted": drafted(kept["reason"]),
        "pieces": pieces(held_back or plain(answer["draft"]), answer["findings"]),
    }


def _reply(
    seen: Mapping[str, Any], sent: str, problem: str = "", checked: bool = False
) -> dict[str, Any]:
    """What the form shows: the text, what is wrong with it, what it changes."""
    ended = seen["outcome"]["sent"] or "" if seen["action"] else sent
    asks = bool(still_there(sent, seen["held_back"], seen["findings"]))
    return {
        "sent": sent, "problem": problem, "checked": checked, "asks": bool(problem) and asks,
        **_diff(seen, plain(ended)),
    }  # fmt: skip


def _diff(seen: Mapping[str, Any], sent: str) -> dict[str, Any]:
    draft = seen["draft"] or seen["held_back"]
    return {
        "unchanged": sent == draft, "nothing": not sent.strip(), "diff": changes(draft, sent),
        "reason": seen["reason"],
    }  # fmt: skip


def _wrong(seen: Mapping[str, Any], sent: str, told: Mapping[str, str]) -> str:
    """Why this can't be kept, as the agent is told; empty where it can."""
    if seen["action"]:
        return "This ticket is answered already: open it again to see by whom."
    if told.get("action") == "discard":
        return ""
    if not sent.strip():
        return "There is nothing to send yet."
    left = still_there(sent, seen["held_back"], seen["findings"])
    if left and "checked" not in told:
        marked = ", ".join(f"“{words}”" for words in left)
        return f"The guard marked {marked}, and it still stands there."
    return ""


def _outcome(
    request: Request, seen: Mapping[str, Any], sent: str, told: Mapping[str, str]
) -> dict[str, Any]:
    seconds = bounded(told.get("seconds", ""), seen["created_at"], datetime.now(UTC))
    known = {"agent": agent_of(request), "seconds": seconds, "csat": None, "reopened": None}
    if told.get("action") == "discard":
        return {"action": "discarded", "sent": None, **known}
    return {"action": "accepted" if sent == seen["draft"] else "edited", "sent": sent, **known}


def _next(desk: Desk, ticket_id: str, order: str) -> str:
    """The next ticket that waits, from the list's start at its end; the inbox where none does."""
    way = ordered(order, "waiting")
    after = desk.inbox.beside(ticket_id, "waiting", way)[1] or desk.inbox.first(way)
    return f"/tickets/{after}?order={way}&told={ticket_id}" if after else f"/?told={ticket_id}"
