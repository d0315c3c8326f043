"""A full disk and a database that is away: agents still get drafts, and nobody is told a lie."""

import contextlib
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, text

from desk.app import create_app
from desk.errors import StoreAway, StoreFull
from desk.store.engine import open_engine
from desk.store.feedback import FeedbackStore
from desk.store.tables import outcomes
from tests.desks import TICKET, make_desk
from tests.postgres import Postgres, postgres, user
from tests.stores import DRAFT, new_name
from tests.stores import TICKET as ROW

SENT = {"action": "edited", "sent": "Ahoy Jo, MB-123456 is on its way. " * 100}


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=777", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.contextmanager
def filled(disk: Path) -> Iterator[None]:
    """No byte is free."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass
    yield
    filler.unlink()


@contextlib.contextmanager
def client(folder: Path, url: str) -> Iterator[TestClient]:
    engine = open_engine(url, later=True)
    with TestClient(create_app(make_desk(folder, engine=engine))) as desk:
        yield desk
    engine.dispose()


def drafts_unkept(desk: TestClient) -> None:
    answer = desk.post("/v1/drafts", json=TICKET)
    draft = answer.json()
    assert answer.status_code == 200
    assert (draft["kept"], draft["id"]) == (False, None)
    assert draft["draft"] == "Ahoy Jo! MB-123456 may come back within 30 days."


def drafts_kept(desk: TestClient) -> str:
    """Gives the URL for its outcome."""
    draft = desk.post("/v1/drafts", json=TICKET).json()
    assert draft["kept"]
    return f"/v1/drafts/{draft['id']}/outcome"


def test_with_a_full_disk_agents_get_drafts_and_outcomes_are_refused(
    tmp_path: Path, small_disk: Path
) -> None:
    with client(tmp_path, f"sqlite:///{small_disk / 'feedback.db'}") as desk:
        url = drafts_kept(desk)
        with filled(small_disk):
            drafts_unkept(desk)
            refused = desk.post(url, json=SENT)
            assert refused.status_code == 507
            assert "disk is full" in refused.json()["detail"]
            assert "nothing was kept" in refused.json()["detail"]
            assert desk.get(url.removesuffix("/outcome")).json()["outcome"] is None
        assert desk.post(url, json=SENT).status_code == 201
        drafts_kept(desk)


def test_a_desk_that_starts_on_a_full_disk_drafts_and_keeps_once_there_is_room(
    tmp_path: Path, small_disk: Path
) -> None:
    with filled(small_disk):
        desk = contextlib.ExitStack()
        calls = desk.enter_context(client(tmp_path, f"sqlite:///{small_disk / 'feedback.db'}"))
        drafts_unkept(calls)
    with desk:
        drafts_kept(calls)


def test_a_database_at_its_limit_is_a_full_disk_to_callers(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'feedback.db'}")
    store = FeedbackStore(engine)
    with engine.connect() as connection:
        connection.execute(text("pragma max_page_count = 30"))
        connection.commit()

    def until_full() -> None:
        for _ in range(100):
            store.add_draft(ROW, DRAFT)

    with pytest.raises(StoreFull, match="SQLITE_FULL"):
        until_full()
    engine.dispose()


def test_with_postgresqls_disk_full_outcomes_are_refused_until_there_is_room(
    tmp_path: Path, small_disk: Path
) -> None:
    place = small_disk / "tables"
    place.mkdir()
    if user():
        shutil.chown(place, user())
        for folder in (tmp_path, *tmp_path.parents[:2]):
            folder.chmod(0o755)
    # a server of its own, for it can't start again once that disk is gone
    with postgres() as server:
        server.run(f"create tablespace small location '{place}'")
        server.run("alter database postgres set default_tablespace = small")
        with client(tmp_path, server.url()) as desk:
            told = drafts_kept(desk)
            with filled(small_disk):
                refused = fill_up(desk, told)
                assert refused.status_code == 507
                assert "DiskFull 53100" in refused.json()["detail"]
            assert desk.post(told, json=SENT).status_code == 201


def fill_up(desk: TestClient, url: str) -> Any:
    """Tell outcomes until the pages that a table already has are full."""
    for _ in range(200):
        answer = desk.post(url, json=SENT)
        if answer.status_code != 201:
            return answer
    raise AssertionError("it takes everything")


def test_with_postgresql_away_agents_get_drafts_and_it_comes_back_by_itself(
    tmp_path: Path, server: Postgres
) -> None:
    database = server.new_database(new_name())
    with client(tmp_path, database) as desk:
        url = drafts_kept(desk)
        told = desk.post(url, json=SENT).json()["id"]
        server.stop("immediate")
        try:
            drafts_unkept(desk)
            refused = desk.post(url, json=SENT)
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
            assert "does not answer" in refused.json()["detail"]
            assert "secret" not in refused.text
        finally:
            server.start()
        assert desk.post(url, json=SENT).status_code == 201
        drafts_kept(desk)
        assert told in ids(database)


def test_a_desk_that_starts_before_postgresql_drafts_and_keeps_once_it_is_there(
    tmp_path: Path, server: Postgres
) -> None:
    url = server.new_database(new_name())
    server.stop()
    try:
        desk = contextlib.ExitStack()
        calls = desk.enter_context(client(tmp_path, url))
        drafts_unkept(calls)
    finally:
        server.start()
    with desk:
        drafts_kept(calls)


def test_outcomes_acknowledged_before_postgresql_is_killed_are_there_after(
    server: Postgres,
) -> None:
    """Stopped as by kill -9, three times, while four threads tell."""
    url = server.new_database(new_name())
    store = FeedbackStore(open_engine(url))
    draft, told, ended = store.add_draft(ROW, DRAFT), [], threading.Event()

    def tell() -> None:
        while not ended.is_set():
            with contextlib.suppress(StoreAway):
                told.append(store.add_outcome(draft, {"action": "accepted"}, new_name()))

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(3):
            before = len(told)
            while len(told) < before + 20:
                time.sleep(0.01)
            server.stop("immediate")
            server.start()
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    store.engine.dispose()
    assert set(told) <= ids(url)


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "feedback.db").write_bytes(b"no database, but long enough to be looked at" * 100)
    with pytest.raises(StoreAway, match="SQLITE_NOTADB"):
        open_engine(f"sqlite:///{tmp_path / 'feedback.db'}")


def ids(url: str) -> set[str]:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = set(connection.scalars(select(outcomes.c.id)))
        assert connection.scalar(select(func.count()).select_from(outcomes)) == len(found)
    engine.dispose()
    return found
