"""GET /health: whether a champion serves, which one, and what stands in the way."""

from typing import Any

from fastapi import APIRouter, Request, Response

from desk.api.drafts import desk_of
from desk.desk import Desk

router = APIRouter(tags=["health"])


def beside(desk: Desk) -> dict[str, Any] | None:
    """The challenger as it stands, and what it does; None where it is off."""
    if desk.challenger is None:
        return None
    told = desk.params.challenger
    doing = {"mode": told.mode, "share": told.share if told.mode == "split" else None}
    return {**doing, **desk.challenger.status()}


@router.get("/health")
def health(request: Request, response: Response) -> object:
    """200 where drafts are written, 503 where no version serves or the generator hangs.

    `batch_seconds` is how long the batch in hand is being written.
    """
    desk = desk_of(request)
    champion = desk.champion.status()
    hanging = desk.batcher.hanging
    if champion["version"] is None or hanging > desk.params.draft_seconds:
        response.status_code = 503
    incoming = request.app.state.incoming
    return {
        "champion": champion,
        "challenger": beside(desk),
        "waiting": desk.batcher.waiting,
        "batch_seconds": round(hanging, 1),
        "helpdesks": {"in_hand": incoming.in_hand, **incoming.counted} if incoming else None,
    }
