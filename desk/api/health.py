"""GET /health: whether a champion serves, which one, and what stands in the way."""

from fastapi import APIRouter, Request, Response

from desk.api.drafts import desk_of

router = APIRouter(tags=["health"])


@router.get("/health")
def health(request: Request, response: Response) -> object:
    """200 where drafts are written, 503 where no version serves."""
    desk = desk_of(request)
    champion = desk.champion.status()
    if champion["version"] is None:
        response.status_code = 503
    incoming = request.app.state.incoming
    helpdesks = {"in_hand": incoming.in_hand, **incoming.counted} if incoming else None
    return {"champion": champion, "waiting": desk.batcher.waiting, "helpdesks": helpdesks}
