"""After `desk.keep_days` nothing of a person is left of a ticket but its keys."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from desk.app import create_app
from desk.store.engine import open_engine
from desk.store.feedback import FeedbackStore
from desk.store.retention import BATCH, blank
from drafter.pseudonyms import Hidden
from tests.desks import make_desk
from tests.stores import DRAFT, ENGINES, TICKET, new_store

NOW = datetime(2026, 6, 1, tzinfo=UTC)
OLD = TICKET | {"received_at": NOW - timedelta(days=31)}
YOUNG = TICKET | {"received_at": NOW - timedelta(days=29)}


@pytest.fixture(scope="module", params=ENGINES)
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FeedbackStore]:
    with new_store(request.param, tmp_path_factory.mktemp("store")) as url:
        engine = open_engine(url)
        yield FeedbackStore(engine)
        engine.dispose()


@pytest.fixture
def store(opened: FeedbackStore) -> FeedbackStore:
    """An empty one."""
    with opened.engine.begin() as connection:
        connection.execute(text("delete from tickets"))
    return opened


def test_an_old_ticket_is_left_in_placeholders_and_its_draft_as_it_was(
    store: FeedbackStore,
) -> None:
    draft_id = store.add_draft(OLD, DRAFT)
    store.add_outcome(draft_id, {"action": "edited", "sent": "Ahoy [NAME_1]"}, "k")
    before = store.draft(draft_id)
    assert blank(store.engine, NOW, 30) == 1
    after = store.draft(draft_id)
    changed = {
        "subject": "Where is [ORDER_1]?",
        "messages": [{"role": "customer", "text": "Where is [ORDER_1]? I am [NAME_1]."}],
        "names": [],
        "placeholders": {},
        "blanked_at": NOW,
    }
    assert after == before | {"ticket": before["ticket"] | changed}


def test_a_young_ticket_stays_as_it_came(store: FeedbackStore) -> None:
    draft_id = store.add_draft(YOUNG, DRAFT)
    before = store.draft(draft_id)
    assert blank(store.engine, NOW, 30) == 0
    assert store.draft(draft_id) == before


def test_a_ticket_is_blanked_once_and_more_than_a_batch_of_them_in_one_go(
    store: FeedbackStore,
) -> None:
    for _ in range(BATCH + 1):
        store.add_draft(OLD, DRAFT)
    assert blank(store.engine, NOW, 30) == BATCH + 1
    assert blank(store.engine, NOW, 30) == 0


@pytest.mark.parametrize(
    ("seen", "left"),
    [(["b", "c"], ["", "b", "c"]), (["a", "b", "c"], ["a", "b", "c"]), ([], ["", "", ""])],
)
def test_what_the_model_did_not_see_of_a_ticket_is_gone(
    store: FeedbackStore, seen: list[str], left: list[str]
) -> None:
    messages = [{"role": "customer", "text": f"Jo {number}"} for number in range(3)]
    draft_id = store.add_draft(OLD | {"messages": messages}, DRAFT | {"messages": seen})
    blank(store.engine, NOW, 30)
    assert [each["text"] for each in store.draft(draft_id)["ticket"]["messages"]] == left


def test_an_outcome_told_again_after_that_still_counts_once(store: FeedbackStore) -> None:
    draft_id = store.add_draft(OLD, DRAFT)
    told = {"action": "edited", "sent": "Ahoy Jo"}

    def hide(sent: str, values: Any) -> Hidden:
        return Hidden(["Ahoy [NAME_1]"], values)

    first = store.add_outcome(draft_id, told, "again", hide)
    blank(store.engine, NOW, 30)
    assert store.add_outcome(draft_id, told, "again", hide) == first


def test_no_byte_of_it_is_left_in_sqlites_files(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'feedback.db'}")
    store = FeedbackStore(engine)
    for _ in range(20):
        long = "Mine is MB-123456, says Josephine. " * 400
        ticket = OLD | {"messages": [{"role": "customer", "text": long}], "names": ["Josephine"]}
        store.add_draft(ticket, DRAFT)
    assert b"Josephine" in contents(tmp_path)
    assert blank(engine, NOW, 30) == 20
    assert b"Josephine" not in contents(tmp_path)
    assert b"MB-123456" not in contents(tmp_path)
    engine.dispose()


def test_the_desk_blanks_by_itself_and_shows_placeholders_from_then_on(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    long_ago = datetime.now(UTC) - timedelta(days=2)
    draft = DRAFT | {"citations": []}
    draft_id = desk.store.add_draft(TICKET | {"received_at": long_ago}, draft)
    today = desk.store.add_draft(TICKET | {"received_at": datetime.now(UTC)}, draft)
    params = desk.params.model_copy(update={"keep_days": 1})
    with TestClient(create_app(replace(desk, params=params))) as client:
        until = time.monotonic() + 20
        while client.get(f"/v1/drafts/{draft_id}").json()["draft"] != "Ahoy [NAME_1]!":
            assert time.monotonic() < until
            time.sleep(0.02)
        assert client.get(f"/v1/drafts/{today}").json()["draft"] == "Ahoy Jo!"


def contents(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())
