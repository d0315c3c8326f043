"""A desk over a small real drafter and a store of its own, as an application to call."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from desk.app import create_app, put_together
from desk.desk import Desk
from desk.params import DeskParams, DeskSection
from desk.serving.follower import Follower
from desk.serving.refused import Refused
from desk.serving.registry import Registered, Registry
from desk.serving.served import Served
from desk.serving.webhook import Webhook
from desk.store.engine import open_engine
from desk.store.feedback import FeedbackStore
from desk.traces import Traces
from drafter.section import load_section
from drafter.versions import CHAMPION
from tests.live_drafters import CLAUSE, HOUSE, Says, live

TICKET: dict[str, Any] = {
    "messages": [{"role": "customer", "text": "Where is MB-123456? I am Jo."}],
    "names": ["Jo Smith", "Ann"],
}
FINE = Says("Ahoy [NAME_1]! [ORDER_1] may come back within 30 days.")


class Standing(Follower):
    """A champion that is there from the start, and follows nobody."""

    def __init__(self, served: Served, folder: Path) -> None:
        webhook = Webhook("http://127.0.0.1:4400/hooks/mlflow", folder / "webhook-secret")
        super().__init__(
            Registry("sqlite://"), "support-drafter", CHAMPION, 3600.0, folder, webhook
        )
        self._served = served

    def start(self) -> None:
        """There is nothing to follow."""

    def stop(self) -> None:
        """Nor to end."""


def refused(number: str, why: str) -> Refused:
    """A version that does not serve, for good."""
    return Refused(Registered("support-drafter", number, "a run", "nowhere", {}), why, None, 0.0)


def make_desk(
    folder: Path,
    says: Any = FINE,
    most: int = 64,
    engine: Engine | None = None,
    traces: Traces | None = None,
    challenger: Any = None,
    challenger_params: dict[str, Any] | None = None,
    **params: Any,
) -> Desk:
    """Version 7 is the champion and writes what `says` does; 8 is the `challenger`, if there is."""
    drafter = live(says, [CLAUSE])
    served = Served("7", "sft-rag", drafter)
    engine = engine or open_engine(f"sqlite:///{folder / 'feedback.db'}")
    champion = Standing(served, folder)
    params = {"queue": most, **params}
    if challenger_params:
        params["challenger"] = challenger_params
    store, rules = FeedbackStore(engine), drafter.pseudonyms
    beside = None
    if challenger:
        beside = Standing(Served("8", "dpo-rag", live(challenger, [CLAUSE])), folder)
    return put_together(desk_params(**params), store, champion, rules, traces, beside)


def beside(mode: str, **more: Any) -> dict[str, Any]:
    """The params of a challenger in that mode; it may take its time."""
    return {"mode": mode, "share": 0.5, "seconds": 10.0, "queue": 16} | more


def desk_params(**params: Any) -> DeskParams:
    """What params.yaml says, quicker, and without MLflow."""
    desk = load_section(HOUSE / "params.yaml", DeskSection).desk.model_dump()
    given = {"wait_ms": 5, "draft_seconds": 20, "poll_seconds": 1, "trace": False}
    return DeskParams.from_values(desk | given | params)


@contextmanager
def desk_client(
    folder: Path, says: Any = FINE, most: int = 64, **params: Any
) -> Iterator[TestClient]:
    with TestClient(create_app(make_desk(folder, says, most, **params))) as client:
        yield client
