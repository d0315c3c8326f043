"""The application: the desk's parts put together, and its routes."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from desk.api import chat, docs, drafts, health, hooks, metrics
from desk.api.edge import Edge
from desk.api.problems import http_error, refused, unreadable
from desk.desk import Desk
from desk.errors import BadSetting
from desk.helpdesks.incoming import Incoming
from desk.helpdesks.router import router
from desk.meters import Meters
from desk.page import inbox, ticket
from desk.page.static_files import PageFiles
from desk.params import DeskParams, Params
from desk.safety import login
from desk.safety.guard import Guard
from desk.safety.hosts import Hosts
from desk.safety.rate import Rate
from desk.safety.token import Token
from desk.serving.batcher import Batcher
from desk.serving.follower import Follower
from desk.serving.registry import Registry
from desk.serving.shadow import Shadow
from desk.serving.split import Split
from desk.serving.webhook import PATH, Webhook
from desk.settings import LOOPBACK, Settings
from desk.store.engine import open_engine
from desk.store.feedback import FeedbackStore
from desk.store.retention import blank_daily
from desk.traces import Traces
from drafter.errors import ReplymillError
from drafter.pseudonyms import PseudonymParams, Pseudonyms
from drafter.versions import CHALLENGER, CHAMPION

# for what is still to be kept when draining has taken all its time
LAST_SECONDS = 1.0


def open_desk(params: Params, settings: Settings) -> Desk:
    """The desk's parts; it follows nobody before `Desk.start`."""
    desk, registry, model = params.desk, Registry(settings.tracking_uri), params.registry.model
    webhook = Webhook(settings.url + PATH, settings.webhook_secret)
    champion = Follower(
        registry, model, CHAMPION, desk.poll_seconds, settings.var / "models", webhook
    )
    challenger = Follower(
        registry, model, CHALLENGER, desk.poll_seconds, settings.var / "challenger",
        beside=champion,
    )  # fmt: skip
    traces = Traces(settings.tracking_uri) if desk.trace else None
    pseudonyms = Pseudonyms(PseudonymParams(**params.curate.pseudonyms))
    store = FeedbackStore(_engine(settings.feedback_url))
    return put_together(desk, store, champion, pseudonyms, traces, challenger)


def _engine(url: str) -> Engine:
    """SQLAlchemy's own messages may hold the password; what kind of error it was is enough."""
    try:
        return open_engine(url, later=True)
    except (SQLAlchemyError, OSError, ImportError, ValueError) as error:
        raise BadSetting(
            f"REPLYMILL_FEEDBACK_URL: the feedback store can't be opened ({type(error).__name__}): "
            "start its server, or correct the address, which is not shown as it may hold a "
            "password; unset, it is SQLite under var/desk"
        ) from None


def put_together(
    params: DeskParams,
    store: FeedbackStore,
    champion: Follower,
    pseudonyms: Pseudonyms,
    traces: Traces | None = None,
    challenger: Follower | None = None,
) -> Desk:
    """The queue before `champion`, what counts, and `challenger` where it is not off."""
    meters = Meters()
    batcher = Batcher(
        champion.current, params.batch, params.wait_ms / 1000, params.queue,
        meters.together.observe,
    )  # fmt: skip
    beside, split, shadow = params.challenger, None, None
    if challenger and beside.mode == "split":
        own = Batcher(
            challenger.current, params.batch, params.wait_ms / 1000, beside.queue,
            meters.together.observe, CHALLENGER,
        )  # fmt: skip
        split = Split(challenger, own, beside.share, beside.seconds, meters.miss)
    if challenger and beside.mode == "shadow":
        shadow = Shadow(challenger, champion, batcher, beside.queue, meters.miss)
    desk = Desk(store, champion, batcher, meters, params, pseudonyms, traces, split, shadow)
    meters.watch(
        champion.status, lambda: batcher.waiting, lambda: batcher.hanging,
        desk.challenger.status if desk.challenger else None, traces.counts if traces else None,
    )  # fmt: skip
    return desk


def create_app(
    desk: Desk, incoming: Incoming | None = None, host: str = LOOPBACK, token: str | None = None
) -> FastAPI:
    """The routes over `desk`, which is started and ended with the application.

    `incoming` is what helpdesks deliver, where any is connected. `host` is what the desk is bound
    to, `token` what callers must show.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        desk.start()
        chores = []
        if desk.params.keep_days:
            chores.append(
                asyncio.create_task(blank_daily(desk.store.engine, desk.params.keep_days))
            )
        if incoming:
            await incoming.start()
        yield
        if incoming:
            await incoming.stop()
        for chore in chores:
            chore.cancel()
        told = app.state.going_down or time.monotonic()
        left = told + desk.params.drain_seconds - time.monotonic()
        await desk.end(max(LAST_SECONDS, left))

    app = FastAPI(title="Replymill's desk", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.desk = desk
    app.state.incoming = incoming
    # when a signal said so, by the monotonic clock
    app.state.going_down = None
    app.add_exception_handler(ReplymillError, refused)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(HTTPException, http_error)
    for part in (drafts, chat, health, hooks, metrics, docs, inbox, ticket):
        app.include_router(part.router)
    if incoming:
        app.include_router(router(incoming))
    app.mount("/static", PageFiles(), name="static")
    app.state.token = Token(token) if token else None
    if token:
        app.include_router(login.router)
    app.add_middleware(Edge, meters=desk.meters, body_kb=desk.params.body_kb)
    # the last one is the first that a request meets
    often = desk.params.requests_per_minute
    app.add_middleware(
        Guard, meters=desk.meters, hosts=Hosts(host, desk.params.hosts),
        rate=Rate(often) if often else None, token=app.state.token,
    )  # fmt: skip
    return app
