"""What the API refuses says what is wrong and what to do, and never what a ticket says."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.desks import TICKET, desk_client
from tests.live_drafters import Says
from tests.slow_drafters import Chokes

SECRET = "Josephine Wren, MB-123456"
CUSTOMER = {"role": "customer", "text": SECRET}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with desk_client(tmp_path_factory.mktemp("desk")) as client:
        yield client


def tickets(**changed: Any) -> dict[str, Any]:
    return {"messages": [CUSTOMER]} | changed


SOON = datetime.now(UTC) + timedelta(hours=2)
REFUSED: list[tuple[Any, str]] = [
    ({}, "messages: missing"),
    ([], "the body:"),
    (tickets(messages=[]), "messages: list should have at least 1 item"),
    (tickets(messages=[{"role": "customer", "text": " \n"}]), "messages.0.text: has no text"),
    (tickets(messages=[{"role": "customer", "text": "\u0000"}]), "messages.0.text: has no text"),
    (tickets(messages=[{"role": "user", "text": SECRET}]), 'messages.0.role: "user" is not what'),
    (tickets(messages=[{"role": SECRET, "text": SECRET}]), "'customer' or 'agent'"),
    (tickets(messages=[CUSTOMER, {"role": "agent", "text": "Hi"}]), "nothing to answer"),
    (tickets(messages=[{"role": "customer", "text": 7.5}]), "valid string, not 7.5"),
    (tickets(messages=[CUSTOMER | {"from": SECRET}]), "messages.0.from: there is no such field"),
    (tickets(**{SECRET: SECRET}), "(a field with an odd name): there is no such field"),
    (tickets(at="2026-03-01T09:30:00"), "at: 2026-03-01T09:30:00 names no zone"),
    (tickets(at=SOON.isoformat()), "is yet to come"),
    (tickets(at="0001-01-01T00:00:00+14:00"), "before 1970"),
    (tickets(at=1_700_000_000), "at: is no text"),
    (tickets(at=SECRET), "at: input should be a valid datetime"),
    (tickets(names=[SECRET] * 21), "names: list should have at most 20 items"),
    (tickets(subject=[SECRET]), "subject: input should be a valid string"),
    (tickets(customer=SECRET * 20), "customer: string should have at most 255"),
]


@pytest.mark.parametrize(("body", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_a_ticket_in_another_form_is_refused_by_name(
    desk: TestClient, body: Any, said: str
) -> None:
    answer = desk.post("/v1/drafts", json=body)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert "Josephine" not in answer.text


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ({}, "does not say what became of the draft"),
        ({"seconds": 4}, "does not say what became of the draft"),
        ({"action": "edited"}, "edited without `sent`"),
        ({"action": "edited", "sent": " "}, "sent: has no text"),
        ({"action": "binned"}, 'action: "binned" is not what it takes'),
        ({"action": "accepted", "seconds": -1}, "greater than or equal to 0, not -1"),
        ({"action": "accepted", "note": SECRET}, "note: there is no such field"),
        ({"csat": 1e400}, "csat: input should be a finite number, not inf"),
        ({"csat": float("nan")}, "csat: input should be a finite number, not nan"),
    ],
)
def test_an_outcome_in_another_form_is_refused_by_name(
    desk: TestClient, outcome: Any, said: str
) -> None:
    url = f"/v1/drafts/{desk.post('/v1/drafts', json=TICKET).json()['id']}/outcome"
    answer = desk.post(url, content=json.dumps(outcome), headers=JSON)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert "Josephine" not in answer.text


def test_any_finite_rating_will_do(desk: TestClient) -> None:
    url = f"/v1/drafts/{desk.post('/v1/drafts', json=TICKET).json()['id']}/outcome"
    assert desk.post(url, json={"csat": -100}).status_code == 201


def test_what_was_accepted_is_the_draft_itself(desk: TestClient) -> None:
    draft = desk.post("/v1/drafts", json=TICKET).json()
    url = f"/v1/drafts/{draft['id']}"
    desk.post(f"{url}/outcome", json={"action": "accepted"})
    assert desk.get(url).json()["outcome"]["sent"] == draft["draft"]


def test_what_was_held_back_can_not_be_accepted_unseen(tmp_path: Path) -> None:
    with desk_client(tmp_path, Says("[ORDER_1] may come back within 31 days.")) as desk:
        url = f"/v1/drafts/{desk.post('/v1/drafts', json=TICKET).json()['id']}/outcome"
        answer = desk.post(url, json={"action": "accepted"})
        assert answer.status_code == 409
        assert "held back (guard: claims)" in answer.json()["detail"]
        assert desk.post(url, json={"action": "accepted", "sent": "Hi"}).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"messages":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b'{"at":' + b"9" * 200_000 + b"}",
        b'{"messages": [{"role": "customer", "text": "Josephine Wren"',
        b"\xff\xfeJosephine",
        b"Josephine Wren",
        b"",
    ],
    ids=["deep", "deep inside", "long number", "cut", "no UTF-8", "text", "empty"],
)
@pytest.mark.parametrize("path", ["/v1/drafts", "/v1/chat/completions"])
def test_a_body_that_is_no_json_is_refused_and_not_shown(
    desk: TestClient, body: bytes, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = desk.post(path, content=body, headers=JSON)
        assert answer.status_code in (400, 422)
        assert "Josephine" not in answer.text + caplog.text
        assert ("detail" in answer.json()) is (path == "/v1/drafts")


def test_half_an_emoji_and_a_nul_do_not_stand_in_the_way(desk: TestClient) -> None:
    body = b'{"messages": [{"role": "customer", "text": "Cut \\ud83d or \\u0000 \\ud83d\\ude00"}]}'
    answer = desk.post("/v1/drafts", content=body, headers=JSON)
    kept = desk.app.state.desk.store.draft(answer.json()["id"])  # type: ignore[attr-defined]
    assert kept["ticket"]["messages"][0]["text"] == "Cut \ufffd or  \U0001f600"
    assert desk.get("/v1/drafts/a%00b").status_code == 404


def test_a_body_of_another_type_is_told_which_to_send(desk: TestClient) -> None:
    answer = desk.post("/v1/drafts", content=b"{}", headers={"Content-Type": "text/plain"})
    assert "Content-Type: application/json" in answer.json()["detail"]


def test_an_error_that_holds_the_ticket_reaches_neither_the_caller_nor_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    choke = {"messages": [{"role": "customer", "text": "I choke. Quite private."}]}
    with desk_client(tmp_path, Chokes()) as desk, caplog.at_level(logging.DEBUG):
        answer = desk.post("/v1/drafts", json=choke)
        assert answer.status_code == 502
        assert "ValueError" in answer.text
        assert "slow_drafters.py" in caplog.text
        assert "private" not in answer.text + caplog.text


def test_an_error_of_the_store_is_counted_and_not_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with desk_client(tmp_path) as desk, caplog.at_level(logging.DEBUG):
        store = desk.app.state.desk.store  # type: ignore[attr-defined]
        with store.engine.begin() as connection:
            connection.exec_driver_sql("drop table outcomes")
            connection.exec_driver_sql("drop table drafts")
        answer = desk.post("/v1/drafts", json=tickets())
        assert answer.status_code == 500
        assert "OperationalError" in answer.text
        assert "Josephine" not in answer.text + caplog.text
        assert 'desk_store_errors_total{kind="OperationalError"} 1.0' in desk.get("/metrics").text


def test_a_path_or_a_method_that_is_not_there_points_to_the_docs(desk: TestClient) -> None:
    missing = desk.get("/v1/nothing").json()
    assert missing == {"detail": "GET: there is no such path; /docs lists them all"}
    assert desk.put("/v1/drafts").status_code == 405
    assert "error" in desk.get("/v1/chat/completions").json()
