"""A challenger beside the champion, unseen: nobody is shown its drafts, and nobody waits for it."""

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, insert, select

from desk.desk import Desk
from desk.store.retention import blank
from desk.store.tables import drafts, tickets
from drafter.generate import Generation, Prompt
from drafter.giving_way import go_on
from tests.desk_server import serving, until
from tests.desks import TICKET, beside, make_desk
from tests.live_drafters import Says
from tests.slow_drafters import Gated
from tests.test_desk_split import Raises, missed

SEEN, UNSEEN = "Ahoy [NAME_1]! We look for [ORDER_1].", "Ahoy [NAME_1]! The shadow has [ORDER_1]."


@contextmanager
def shadowed(
    folder: Path, challenger: Any, says: Any = None, **more: Any
) -> Iterator[tuple[Desk, str]]:
    desk = make_desk(
        folder, says or Says(SEEN), challenger=challenger,
        challenger_params=beside("shadow", **more),
    )  # fmt: skip
    with serving(desk) as address:
        yield desk, address


def ask(address: str, ticket: Mapping[str, Any] = TICKET, path: str = "/v1/drafts") -> Any:
    answer = httpx.post(address + path, json=ticket, timeout=20)
    assert answer.status_code in (200, 303), answer.text
    return answer


def rows(desk: Desk, role: str = "shadow") -> list[dict[str, Any]]:
    with desk.store.engine.connect() as connection:
        asked = select(drafts).where(drafts.c.role == role).order_by(drafts.c.created_at)
        return [dict(row) for row in connection.execute(asked).mappings()]


def test_the_challenger_drafts_for_the_same_ticket_and_nobody_is_shown_it(tmp_path: Path) -> None:
    chat = {"model": "support-drafter", "messages": [{"role": "user", "content": "Where is it?"}]}
    with shadowed(tmp_path, Says(UNSEEN)) as (desk, address):
        answer = ask(address).json()
        told = [ask(address, path="/v1/drafts?stream=true").text]
        told.append(ask(address, chat, "/v1/chat/completions").text)
        until(lambda: len(rows(desk)) == 3)
        shadow, shown = rows(desk)[0], rows(desk, "champion")[0]
        assert (shadow["version"], shadow["text"]) == ("8", UNSEEN)
        assert (shadow["ticket"], shadow["messages"]) == (shown["ticket"], shown["messages"])
        for path in ("/", f"/tickets/{shown['ticket']}", f"/v1/drafts/{answer['id']}", "/health"):
            told.append(httpx.get(address + path).text)
        unseen = f"{address}/v1/drafts/{shadow['id']}"
        assert httpx.get(unseen).status_code == 404
        assert httpx.post(unseen + "/outcome", json={"csat": 5}).status_code == 404
        assert httpx.post(f"{address}/v1/drafts/{answer['id']}/outcome",
                          json={"action": "accepted"}).status_code == 201  # fmt: skip
        told.append(httpx.get(f"{address}/?show=done").text)
        metrics = httpx.get(f"{address}/metrics").text
    for text in (*told, json.dumps(answer)):
        assert "shadow has" not in text
        assert shadow["id"] not in text
    assert "drafts beside it, unseen" in told[2]
    for role, version in (("champion", 7), ("shadow", 8)):  # whom chat's form names nobody to
        assert f'result="shown",role="{role}",version="{version}"}} 2.0' in metrics
    assert "desk_draft_seconds_count 3.0" in metrics, "what an agent waits for is the champion's"


@pytest.mark.parametrize("broken", [Raises(), Says("", failed="HTTP 500")])
def test_a_challenger_that_fails_fails_nobody_and_the_log_has_no_text_of_it(
    tmp_path: Path, broken: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with shadowed(tmp_path, broken) as (desk, address):
        assert ask(address).json()["version"] == "7"
        until(lambda: missed(address, "failed") == 1 or rows(desk))
        assert [row["reason"] for row in rows(desk)] in ([], ["failed: HTTP 500"])
    assert "I am" not in caplog.text


def test_a_challenger_that_hangs_holds_nobody_and_what_it_has_no_time_for_is_counted(
    tmp_path: Path,
) -> None:
    gate = Gated(UNSEEN)
    with shadowed(tmp_path, gate, queue=3) as (desk, address):
        try:
            ask(address)
            until(gate.begun.is_set)
            begun = time.monotonic()
            assert {ask(address).json()["version"] for _ in range(20)} == {"7"}
            assert time.monotonic() - begun < 10
            assert missed(address, "full") == 17
            assert httpx.get(f"{address}/health").status_code == 200
            assert rows(desk) == []
        finally:
            begun = time.monotonic()
    assert time.monotonic() - begun < 10, "nor does it hold the desk's end"
    gate.gate.set()


def test_it_does_not_begin_while_the_champion_has_something_to_do(tmp_path: Path) -> None:
    champion = Gated(SEEN)
    with shadowed(tmp_path, Says(UNSEEN), champion, queue=5) as (desk, address):
        champion.gate.set()
        ask(address)
        champion.gate.clear()
        champion.begun.clear()
        second = threading.Thread(target=ask, args=(address,))
        second.start()
        until(champion.begun.is_set)
        time.sleep(0.6)
        assert rows(desk) == [], "the champion writes"
        champion.gate.set()
        second.join()
        until(lambda: len(rows(desk)) == 2)


class Steps:
    """Takes a hundred steps for a draft and asks before each, as a model here does."""

    taken = 0

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]:
        for _ in range(100):
            go_on()
            time.sleep(0.01)
            self.taken += 1
        return [Generation(UNSEEN) for _ in prompts]


def test_it_waits_while_a_new_champion_is_loaded(tmp_path: Path) -> None:
    with shadowed(tmp_path, Says(UNSEEN)) as (desk, address):
        desk.champion._loading = "9"
        ask(address)
        time.sleep(0.6)
        assert rows(desk) == []
        desk.champion._loading = None
        until(lambda: rows(desk))


def test_it_stops_between_two_tokens_while_the_champion_writes(tmp_path: Path) -> None:
    champion, steps = Gated(SEEN, shut=False), Steps()
    with shadowed(tmp_path, steps, champion) as (desk, address):
        ask(address)
        until(lambda: steps.taken > 5)
        champion.gate.clear()
        champion.begun.clear()
        second = threading.Thread(target=ask, args=(address,))
        second.start()
        until(champion.begun.is_set)
        time.sleep(0.1)
        taken = steps.taken
        time.sleep(0.5)
        assert steps.taken <= taken + 1 < 100
        champion.gate.set()
        second.join()
        until(lambda: len(rows(desk)) == 2)


def test_a_ticket_that_was_deleted_meanwhile_keeps_no_draft(tmp_path: Path) -> None:
    gate = Gated(UNSEEN)
    with shadowed(tmp_path, gate) as (desk, address):
        ask(address)
        until(gate.begun.is_set)
        with desk.store.engine.begin() as connection:
            connection.execute(delete(tickets))
        gate.gate.set()
        until(lambda: missed(address, "failed") == 1)
        assert rows(desk) == []


def test_a_ticket_with_a_shadow_is_blanked_as_any_other(tmp_path: Path) -> None:
    with shadowed(tmp_path, Says(UNSEEN)) as (desk, address):
        ask(address)
        until(lambda: rows(desk))
        assert blank(desk.store.engine, datetime.now(UTC) + timedelta(days=9), 5) == 1
        with desk.store.engine.connect() as connection:
            whole = str([*connection.execute(select(tickets)), *connection.execute(select(drafts))])
    assert "MB-123456" not in whole
    assert "Jo" not in whole.replace("[NAME_1]", "")
    assert "[ORDER_1]" in whole


def test_what_is_exported_for_learning_has_the_drafts_that_were_seen_alone(tmp_path: Path) -> None:
    from tasks.feedback.read import read_store

    url = f"sqlite:///{tmp_path / 'feedback.db'}"
    with shadowed(tmp_path, Says(UNSEEN)) as (desk, address):
        ask(address)
        until(lambda: rows(desk))
        row = {**rows(desk)[0], "id": "c", "role": "challenger"}
        with desk.store.engine.begin() as connection:
            connection.execute(insert(drafts).values(**row))
    store = read_store(url, None)
    assert [(one.version, one.text) for one in store.drafts] == [("7", SEEN), ("8", UNSEEN)]
    assert store.shadows == 1


def test_by_itself_no_challenger_drafts(tmp_path: Path) -> None:
    desk = make_desk(tmp_path, Says(SEEN), challenger=Says(UNSEEN))
    with serving(desk) as address:
        ask(address)
        time.sleep(0.5)
        assert rows(desk) == []
        assert httpx.get(f"{address}/health").json()["challenger"] is None
