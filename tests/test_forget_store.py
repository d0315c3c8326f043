"""A customer's tickets leave the desk's store, in SQLite and in PostgreSQL, and nobody else's."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from desk.store.engine import open_engine
from desk.store.feedback import FeedbackStore
from desk.store.tables import deliveries, metadata, notes
from drafter.errors import BadInput
from tasks.forget.person import Person
from tasks.forget.proof import postgres_hits
from tasks.forget.ready import refuse_open
from tasks.forget.search import files_below, search
from tasks.forget.store import read_store, refuse_busy, remove
from tests.forgetting import HEADER, JO, known, one_table
from tests.forgetting import UNA as EXPORTED
from tests.stores import DRAFT, ENGINES, TICKET, new_store

UNA: dict[str, Any] = {
    "source": "chatwoot",
    "external_id": "HD-9007",
    "customer": "C-00002",
    "names": ["Una Solitaire", "Ann"],
    "messages": [{"role": "customer", "text": "My kettle whistles like a lonely curlew"}],
    "placeholders": {"[EMAIL_1]": "una@home.example"},
}
SENT = "We know that lonely curlew and send a quieter kettle"


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    (tmp_path / "store").mkdir()
    with new_store(request.param, tmp_path / "store") as address:
        yield address


def fill(url: str) -> dict[str, str]:
    """Two tickets of Una's and one of Jo's, answered; gives the drafts' ids by name."""
    engine = open_engine(url)
    store = FeedbackStore(engine)
    made = {}
    by_mail = UNA | {"customer": None, "external_id": None, "source": "page"}
    for name, ticket in {"una": UNA, "una by mail": by_mail, "jo": {"customer": "C-00001"}}.items():
        made[name] = store.add_draft(TICKET | ticket, DRAFT | {"messages": ["a kettle"] * 1})
        sent = f"{SENT} to {name}" if name != "jo" else "It is on its way"
        store.add_outcome(made[name], {"action": "edited", "sent": sent}, f"key {name}")
    now = datetime.now(UTC)
    with engine.begin() as connection:
        for name, conversation in {"una": "HD-9007", "jo": "T-1"}.items():
            came = {"id": f"d-{name}", "what": "asked", "conversation": conversation}
            row = {"helpdesk": "chatwoot", "id": f"d-{name}", "received_at": now, "came": came,
                   "state": "done"}  # fmt: skip
            connection.execute(insert(deliveries).values(**row))
            note = {"helpdesk": "chatwoot", "message": f"m-{name}", "conversation": conversation,
                    "draft": made[name], "noted_at": now}  # fmt: skip
            connection.execute(insert(notes).values(**note))
    engine.dispose()
    return made


def rows(url: str) -> dict[str, list[Any]]:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in metadata.sorted_tables
        }
    engine.dispose()
    return found


def una(root: Path, url: str) -> Person:
    from tasks.forget.who import find

    return find(
        "C-00002", known(root, one_table(root, (HEADER + JO + EXPORTED).encode()), read_store(url))
    )


def test_all_of_theirs_goes_and_all_else_stays_as_it_was(tmp_path: Path, url: str) -> None:
    made = fill(url)
    before = rows(url)
    person = una(tmp_path, url)
    assert person.drafts == {made["una"], made["una by mail"]}
    assert len(person.outcomes) == 2
    assert remove(url, person) == 2
    after = rows(url)
    assert {name: len(found) for name, found in after.items()} == {
        "tickets": 1, "drafts": 1, "outcomes": 1, "deliveries": 1, "notes": 1,
    }  # fmt: skip
    for name, found in after.items():
        assert found[0] in before[name]
    assert after["drafts"][0]["id"] == made["jo"]
    assert remove(url, person) == 0


def test_nothing_of_them_is_found_afterwards(tmp_path: Path, url: str) -> None:
    fill(url)
    person = una(tmp_path, url)
    needles = person.needles

    def left() -> bool:
        _, hits = postgres_hits(url, needles)
        return bool(hits or search(files_below([tmp_path / "store"], []), needles).hits)

    assert left()
    remove(url, person)
    assert not left()


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'none/feedback.db'}"
    assert read_store(url) == []
    assert remove(url, Person("customer-x")) == 0
    assert not (tmp_path / "none").exists()


def test_a_database_that_another_process_has_open_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "feedback.db"
    sqlite3.connect(path).execute("create table t (x)")
    refuse_open([path])
    hold = (
        f"import time; file = open({str(path)!r}, 'rb'); print('open', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE)
    try:
        assert other.stdout
        other.stdout.readline()
        with pytest.raises(
            BadInput, match=rf"feedback.db is open in process {other.pid} .*make down"
        ):
            refuse_open([path])
    finally:
        other.kill()
        other.wait()
        assert other.stdout
        other.stdout.close()


def test_a_desk_that_works_on_the_store_is_refused(tmp_path: Path, url: str) -> None:
    fill(url)
    refuse_busy(url)
    if url.startswith("sqlite"):
        return
    desk = open_engine(url)
    refused = pytest.raises(BadInput, match="a desk is connected to the feedback store")
    with desk.connect(), refused:
        refuse_busy(url)
    desk.dispose()
