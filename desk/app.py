"""The application: the desk's parts put together, and its routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from desk.api import drafts, health
from desk.desk import Desk
from desk.errors import DeskRefused
from desk.helpdesks.incoming import Incoming
from desk.helpdesks.router import router
from desk.params import Params
from desk.serving.batcher import Batcher
from desk.serving.champion import Champion
from desk.serving.registry import Registry
from desk.settings import Settings
from desk.store.engine import open_engine
from desk.store.feedback import FeedbackStore


def open_desk(params: Params, settings: Settings) -> Desk:
    """The desk's parts; nothing runs before `Champion.start`."""
    desk = params.desk
    champion = Champion(
        Registry(settings.tracking_uri), params.registry.model, desk.poll_seconds,
        settings.var / "models",
    )  # fmt: skip
    batcher = Batcher(champion.current, desk.batch, desk.wait_ms / 1000, desk.queue)
    return Desk(FeedbackStore(open_engine(settings.feedback_url)), champion, batcher)


def create_app(desk: Desk, incoming: Incoming | None = None) -> FastAPI:
    """The routes over `desk`, which is started and ended with the application.

    `incoming` is what helpdesks deliver, where any is connected.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        desk.champion.start()
        if incoming:
            await incoming.start()
        yield
        if incoming:
            await incoming.stop()
        desk.batcher.close()
        desk.champion.stop()

    app = FastAPI(title="Replymill's desk", lifespan=lifespan)
    app.state.desk = desk
    app.state.incoming = incoming
    app.add_exception_handler(DeskRefused, _refused)
    for part in (drafts, health):
        app.include_router(part.router)
    if incoming:
        app.include_router(router(incoming))
    return app


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DeskRefused)
    headers = {"Retry-After": "5"} if error.status in (429, 503) else None
    return JSONResponse({"detail": str(error)}, error.status, headers)
