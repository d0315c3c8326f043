"""GET /metrics: what the desk counts, as Prometheus reads it."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from desk.api.drafts import desk_of

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=Response)
def metrics(request: Request) -> Response:
    """Drafts, outcomes, seconds, queue, tokens and cost; no text of anybody's."""
    return Response(
        generate_latest(desk_of(request).meters.registry), media_type=CONTENT_TYPE_LATEST
    )
