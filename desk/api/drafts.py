"""POST /v1/drafts, GET /v1/drafts/{id}, POST /v1/drafts/{id}/outcome."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request

from desk.api.answers import Drafted, Told
from desk.api.forms import Outcome, Ticket
from desk.api.stream import event_stream, events
from desk.asked import Asked
from desk.desk import Desk

router = APIRouter(prefix="/v1/drafts", tags=["drafts"])

STREAMED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The draft; with `stream`, as events: queued, drafting, draft, done.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


async def answer_of(request: Request, asked: Asked) -> dict[str, Any]:
    """The answer; who hangs up meanwhile leaves the queue."""
    watching = asyncio.create_task(_leaves_with(request, asked))
    try:
        return await asked.answer()
    finally:
        watching.cancel()


async def _leaves_with(request: Request, asked: Asked) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    asked.leave()


@router.post("", response_model=Drafted, responses=STREAMED)
async def draft(
    ticket: Ticket,
    request: Request,
    stream: Annotated[bool, Query(description="Answer with server-sent events.")] = False,
) -> object:
    """Draft a reply. It is shown to an agent; nothing is ever sent to a customer from here.

    `?stream=true`, or `Accept: text/event-stream`, answers with events.
    """
    asked = desk_of(request).ask(ticket.model_dump(), "api")
    if stream or "text/event-stream" in request.headers.get("accept", ""):
        return event_stream(events(asked))
    return await answer_of(request, asked)


@router.get("/{draft_id}", response_model=Drafted)
async def read(draft_id: str, request: Request) -> object:
    """A draft as it was answered, and what became of it."""
    return await desk_of(request).answer(draft_id)


@router.post("/{draft_id}/outcome", response_model=Told, status_code=201)
async def outcome(
    draft_id: str,
    told: Outcome,
    request: Request,
    idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
) -> object:
    """Tell what became of a draft; it is on disk before this answers.

    With an `Idempotency-Key`, telling it again counts once.
    """
    return {"id": await desk_of(request).tell(draft_id, told.model_dump(), idempotency_key)}
