"""GET / is the inbox; /new tries a ticket by hand; /agent says who sits here."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from desk.api.drafts import desk_of
from desk.api.forms import Ticket
from desk.api.health import beside
from desk.errors import DeskRefused
from desk.page.agent import KEY, remember
from desk.page.ended import ended
from desk.page.forms import fields
from desk.page.paste import conversation
from desk.page.shell import PageRoute, go, page, part
from desk.page.words import age, done, drafted, utc
from desk.store.inbox import PAGE, Order, Show

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Fields = Annotated[Mapping[str, str], Depends(fields)]
EMPTY = dict.fromkeys(("subject", "conversation", "customer", "agent_name", "topic"), "")


def shown_as(show: str) -> Show:
    return "done" if show == "done" else "waiting"


def ordered(order: str, show: Show) -> Order:
    """Who waits longest comes first; of what is done, the latest."""
    known: dict[str, Order] = {"newest": "newest", "oldest": "oldest"}
    if order in known:
        return known[order]
    return "oldest" if show == "waiting" else "newest"


@router.get("/")
def inbox(
    request: Request, show: str = "", order: str = "", after: str = "", told: str = ""
) -> Response:
    listed = shown_as(show)
    way = ordered(order, listed)
    now = datetime.now(UTC)
    rows = desk_of(request).inbox.page(listed, way, after or None)
    return page(
        request, "inbox.html.jinja",
        now_on="inbox", show=listed, order=way, after=after, rows=[_row(row, now) for row in rows],
        more=rows[-1]["id"] if len(rows) == PAGE else None, since=now.isoformat(),
        ended=ended(desk_of(request), told),
    )  # fmt: skip


@router.get("/news")
def news(request: Request, since: str) -> Response:
    """How many tickets came since a list was shown."""
    try:
        count = desk_of(request).inbox.waiting(utc(datetime.fromisoformat(since)))
    except ValueError:
        count = 0
    return part("news.html.jinja", count=count)


@router.get("/serving")
def serving(request: Request) -> Response:
    """Which version drafts now."""
    desk = desk_of(request)
    return part(
        "serving.html.jinja", champion=desk.champion.status(), challenger=beside(desk), whole=False
    )


@router.get("/new")
def new(request: Request) -> Response:
    return page(request, "new.html.jinja", now_on="new", told=EMPTY, problem="")


@router.post("/new")
async def draft(request: Request, told: Fields) -> Response:
    """Draft for a ticket that somebody pasted, and show it."""
    told = {**EMPTY, **told}
    try:
        ticket = _ticket(told)
        draft_id = (await desk_of(request).draft(ticket.model_dump(), "page"))["id"]
    except (DeskRefused, ValueError) as error:
        status = error.status if isinstance(error, DeskRefused) else 422
        return _again(request, "new", told, _said(error), status)
    kept = await asyncio.to_thread(desk_of(request).store.draft, draft_id)
    return go(request, f"/tickets/{kept['ticket']['id']}")


@router.get("/agent")
def agent(request: Request) -> Response:
    return page(request, "agent.html.jinja", now_on="agent", told={"key": ""}, problem="")


@router.post("/agent")
def choose(request: Request, told: Fields) -> Response:
    key = told.get("key", "").strip()
    if not KEY.fullmatch(key):
        problem = (
            "Take 1 to 64 letters, digits, dots, dashes or underscores, a letter or digit first."
        )
        return _again(request, "agent", {"key": key}, problem, 422)
    response = go(request, "/")
    remember(response, key, request.url.scheme == "https")
    return response


def _again(
    request: Request, form: str, told: Mapping[str, str], problem: str, status: int
) -> Response:
    """The form once more, with what was typed and what is wrong with it."""
    if "HX-Request" in request.headers:
        return part(f"{form}_inside.html.jinja", status, told=told, problem=problem)
    return page(request, f"{form}.html.jinja", status, now_on=form, told=told, problem=problem)


def _ticket(told: Mapping[str, str]) -> Ticket:
    messages = conversation(told["conversation"])
    if not messages:
        raise ValueError("Paste what the customer wrote.")
    if messages[-1]["role"] != "customer":
        raise ValueError("The last message must be the customer's: it is what is answered.")
    named = [told["customer"].strip(), told["agent_name"].strip()]
    return Ticket(
        messages=messages,
        subject=told["subject"].strip() or None,
        names=named if any(named) else [],
        topic=told["topic"].strip() or None,
    )


def _said(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error)


def _row(ticket: dict[str, Any], now: datetime) -> dict[str, Any]:
    state = done(ticket["action"]) if ticket["action"] else drafted(ticket["reason"])
    since = ticket["done_at"] or ticket["received_at"]
    return {**ticket, "state": state, "age": age(since, now), "at": utc(since)}
