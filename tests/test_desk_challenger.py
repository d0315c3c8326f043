"""Following the challenger: a real registry, real small versions, a champion that is not harmed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from desk.app import create_app, open_desk
from desk.desk import Desk
from desk.params import Params
from desk.settings import Settings
from desk.store.tables import drafts
from drafter.section import load_section
from drafter.versions import CHALLENGER
from tests.desks import beside, desk_params
from tests.live_drafters import HOUSE
from tests.promoting import MODEL, TICKET, Published, publishing, until
from tests.test_desk_follows import a_pickle, another_hash, no_decision, no_word


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """Version 1 to 3, which are whole."""
    with publishing(tmp_path_factory.mktemp("registry"), 3) as published:
        yield published


@contextmanager
def desk(folder: Path, published: Published, mode: str, **more: Any) -> Iterator[TestClient]:
    """The desk as `python -m desk` opens it."""
    params = load_section(HOUSE / "params.yaml", Params)
    own = desk_params(challenger=beside(mode, **more), poll_seconds=0.05)
    settings = Settings.from_environment(folder, {"MLFLOW_TRACKING_URI": published.uri})
    opened = open_desk(params.model_copy(update={"desk": own}), settings)
    with TestClient(create_app(opened)) as client:
        until(lambda: health(client)["champion"]["state"] == "serving")
        yield client


def health(client: TestClient) -> dict[str, Any]:
    return dict(client.get("/health").json())


def challenges(client: TestClient, number: str | None, state: str = "serving") -> None:
    until(lambda: (health(client)["challenger"]["version"],
                   health(client)["challenger"]["state"]) == (number, state))  # fmt: skip


def of_ticket(client: TestClient, published: Published, champion: str) -> dict[str, str]:
    """Draft for a ticket as the champion does; what each role wrote for it."""
    answer = client.post("/v1/drafts", json=TICKET).json()
    assert (answer["version"], answer["draft"]) == (champion, published.says[champion])
    opened: Desk = client.app.state.desk  # type: ignore[attr-defined]

    def written() -> dict[str, tuple[str, str]]:
        with opened.store.engine.connect() as connection:
            ticket = connection.execute(
                select(drafts.c.ticket).where(drafts.c.id == answer["id"])
            ).scalar_one()
            found = connection.execute(select(drafts).where(drafts.c.ticket == ticket))
            return {row.role: (row.version, row.text) for row in found}

    expected = 2 if health(client)["challenger"]["version"] else 1
    until(lambda: len(written()) == expected)
    time.sleep(0.0 if expected == 2 else 0.5)
    for version, text in written().values():
        assert text == published.says[version], "no version writes in another's name"
    return {role: version for role, (version, _) in written().items()}


def test_a_desk_with_a_shadow_follows_both_aliases_and_one_version_is_not_compared_with_itself(
    tmp_path: Path, published: Published
) -> None:
    published.promote("1")
    published.promote("2", CHALLENGER)
    with desk(tmp_path, published, "shadow") as client:
        challenges(client, "2")
        assert of_ticket(client, published, "1") == {"champion": "1", "shadow": "2"}
        published.promote("3", CHALLENGER)
        challenges(client, "3")
        assert of_ticket(client, published, "1") == {"champion": "1", "shadow": "3"}
        published.promote("3")  # it has won
        until(lambda: health(client)["champion"]["version"] == "3")
        challenges(client, None, "same")
        assert of_ticket(client, published, "3") == {"champion": "3"}
        published.promote("1", CHALLENGER)
        challenges(client, "1")
        assert of_ticket(client, published, "3") == {"champion": "3", "shadow": "1"}
        published.client.delete_registered_model_alias(MODEL, CHALLENGER)
        challenges(client, None, "none")
        assert of_ticket(client, published, "3") == {"champion": "3"}


def test_a_bad_challenger_is_refused_with_its_reason_and_the_champion_is_not_concerned(
    tmp_path: Path, published: Published
) -> None:
    published.promote("1")
    published.promote("2", CHALLENGER)
    with desk(tmp_path, published, "split", share=0.999) as client:
        challenges(client, "2")
        for bad, why in (
            (no_decision, "its run has no evidence/decision.json: register it again"),
            (another_hash, "replymill.drafter says"),
            (a_pickle, "weights.pkl can hold a pickle"),
            (no_word, "its self-check gave no draft"),
        ):
            number = bad(published, tmp_path / bad.__name__)
            published.promote(number, CHALLENGER)
            until(lambda number=number: (health(client)["challenger"]["refused"] or {})
                  .get("version") == number)  # fmt: skip
            told = health(client)
            assert why in told["challenger"]["refused"]["why"]
            assert told["challenger"]["version"] is None, "2 is the challenger no more"
            assert (told["champion"]["version"], told["champion"]["refused"]) == ("1", None)
            assert f"The challenger, version {number}, is refused" in client.get("/").text
            answer = client.post("/v1/drafts", json=TICKET).json()
            assert (answer["version"], answer["draft"]) == ("1", published.says["1"])
        published.promote("2", CHALLENGER)
        challenges(client, "2")
        assert client.post("/v1/drafts", json=TICKET).json()["version"] == "2"


def test_a_desk_that_starts_without_its_registry_has_a_champion_and_no_challenger(
    tmp_path: Path, published: Published
) -> None:
    published.promote("1")
    published.promote("2", CHALLENGER)
    with desk(tmp_path, published, "shadow") as client:
        challenges(client, "2")
    away = Published(f"sqlite:///{tmp_path / 'gone.db'}", published.press, says=published.says)
    with desk(tmp_path, away, "shadow") as client:
        until(lambda: "gone.db is not there" in health(client)["challenger"]["registry"])
        assert of_ticket(client, published, "1") == {"champion": "1"}
