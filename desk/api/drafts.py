"""POST /v1/drafts, GET /v1/drafts/{id}, POST /v1/drafts/{id}/outcome."""

from typing import Annotated

from fastapi import APIRouter, Header, Request

from desk.api.forms import Drafted, Outcome, Ticket, Told
from desk.desk import Desk

router = APIRouter(prefix="/v1/drafts", tags=["drafts"])


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


@router.post("", response_model=Drafted)
async def draft(ticket: Ticket, request: Request) -> object:
    """Draft a reply. It is shown to an agent; nothing is ever sent to a customer from here."""
    return await desk_of(request).draft(ticket.model_dump(), "api")


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
    """Tell what became of a draft; it is on disk before this answers."""
    return {"id": await desk_of(request).tell(draft_id, told.model_dump(), idempotency_key)}
