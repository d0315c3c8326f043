"""A desk over a small real drafter and a store of its own, as an application to call."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from desk.app import create_app
from desk.desk import Desk
from desk.serving.batcher import Batcher
from desk.serving.champion import Champion
from desk.serving.registry import Registry
from desk.serving.served import Served
from desk.serving.webhook import Webhook
from desk.store.engine import open_engine
from desk.store.feedback import FeedbackStore
from tests.live_drafters import CLAUSE, Says, live

TICKET: dict[str, Any] = {
    "messages": [{"role": "customer", "text": "Where is MB-123456? I am Jo."}],
    "names": ["Jo Smith", "Ann"],
}
FINE = Says("Ahoy [NAME_1]! [ORDER_1] may come back within 30 days.")


class Standing(Champion):
    """A champion that is there from the start, and follows nobody."""

    def __init__(self, served: Served, folder: Path) -> None:
        webhook = Webhook("http://127.0.0.1:4400/hooks/mlflow", folder / "webhook-secret")
        super().__init__(Registry("sqlite://"), "support-drafter", 3600.0, folder, webhook)
        self._served = served

    def start(self) -> None:
        """There is nothing to follow."""

    def stop(self) -> None:
        """Nor to end."""


def make_desk(folder: Path, says: Any = FINE, most: int = 64) -> Desk:
    served = Served("7", "sft-rag", live(says, [CLAUSE]))
    champion = Standing(served, folder)
    batcher = Batcher(champion.current, batch=8, wait_seconds=0.005, most=most)
    store = FeedbackStore(open_engine(f"sqlite:///{folder / 'feedback.db'}"))
    return Desk(store, champion, batcher)


@contextmanager
def desk_client(folder: Path, says: Any = FINE, most: int = 64) -> Iterator[TestClient]:
    with TestClient(create_app(make_desk(folder, says, most))) as client:
        yield client
