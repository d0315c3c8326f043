"""Simulated agents at a desk that really listens."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from desk.app import create_app
from desk.simulate.agents import Agent, team
from desk.simulate.desk import DeskAway, DeskClient
from desk.simulate.turns import free_port
from desk.store.feedback import FeedbackStore
from tests.desks import make_desk
from tests.live_drafters import Says
from tests.test_simulate import LETTER, letters

DRAFT = Says(
    "Good day [NAME_1]! Your Corrie tent may come back within 30 days. "
    "Please put the packing slip into the box.\n\nWarmly yours,\n[NAME_2] of the Marrowby crew"
)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[DeskClient, FeedbackStore]]:
    desk = make_desk(tmp_path, DRAFT)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(create_app(desk), port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield DeskClient(f"http://127.0.0.1:{port}", patience=5), desk.store
    server.should_exit = True
    thread.join()


def test_each_letter_is_drafted_and_answered_once(
    served: tuple[DeskClient, FeedbackStore],
) -> None:
    desk, store = served
    strict, wrong = Agent("a", "strict"), Agent("b", "wrong")
    odd = {"T-1", "T-3", "T-5"}
    actions = desk.work(letters(6), lambda one: wrong if one["ticket_id"] in odd else strict)
    assert actions == ["accepted", "edited"] * 3
    # told again, nothing is kept twice: the key of an outcome is the letter's
    with store.engine.connect() as connection:
        rows = connection.exec_driver_sql("select action, sent, seconds from outcomes").all()
    assert sorted(row[0] for row in rows) == ["accepted"] * 3 + ["edited"] * 3
    assert all("Jo" not in row[1] and "[NAME_1]" in row[1] for row in rows)
    assert all(row[2] > 0 for row in rows)


def test_measuring_tells_no_outcome(served: tuple[DeskClient, FeedbackStore]) -> None:
    desk, store = served
    drafts = desk.drafts(letters(3))
    assert all(agent.accepts(drafts[0]["draft"], LETTER) for agent in team(["strict", "lenient"]))
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from outcomes").scalar() == 0


def test_the_version_that_serves_is_waited_for(served: tuple[DeskClient, FeedbackStore]) -> None:
    desk, _ = served
    desk.wait_for("7")
    with pytest.raises(DeskAway, match="version 7 serves after 0 s, not 8"):
        DeskClient(desk.address, patience=0.1).wait_for("8")


def test_a_refusal_is_told_in_the_desks_own_words(
    served: tuple[DeskClient, FeedbackStore],
) -> None:
    with pytest.raises(DeskAway, match=r"drafts: 422 at: 2999-01-01.* is yet to come"):
        served[0].drafts([LETTER | {"created_at": "2999-01-01T09:00:00Z"}])


def test_a_desk_that_is_not_there_has_no_version() -> None:
    assert DeskClient(f"http://127.0.0.1:{free_port()}").version() is None
