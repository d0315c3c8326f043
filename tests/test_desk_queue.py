"""The queue before the champion: who fails alone, who waits too long, who has hung up."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from desk.desk import Desk
from tests.desk_server import connect, serving, until
from tests.desks import make_desk
from tests.slow_drafters import Chokes, Gated


def ask(address: str, text: str, **more: Any) -> httpx.Response:
    ticket = {"messages": [{"role": "customer", "text": text}]}
    return httpx.post(f"{address}/v1/drafts", json=ticket, timeout=20, **more)


@contextmanager
def gated(folder: Path, gate: Gated, **params: Any) -> Iterator[tuple[Desk, str]]:
    """A desk that serves; its gate is open before it is asked to end."""
    desk = make_desk(folder, gate, **params)
    with serving(desk) as address:
        try:
            yield desk, address
        finally:
            gate.gate.set()


def test_one_bad_ticket_does_not_fail_its_neighbours(tmp_path: Path) -> None:
    generator = Chokes()
    texts = ["one", "two", "choke", "four"]
    with (
        gated(tmp_path, generator, batch=4, wait_ms=2000) as (_, address),
        ThreadPoolExecutor(4) as pool,
    ):
        answers = dict(zip(texts, pool.map(lambda text: ask(address, text), texts), strict=True))
    assert {text: answer.status_code for text, answer in answers.items()} == {
        "one": 200, "two": 200, "choke": 502, "four": 200,
    }  # fmt: skip
    assert [len(asked) for asked in generator.asked] == [4, 1, 1, 1, 1]


def test_who_waits_too_long_is_freed_and_a_draft_that_was_begun_is_kept(tmp_path: Path) -> None:
    gate = Gated()
    with (
        gated(tmp_path, gate, batch=1, draft_seconds=0.5) as (_, address),
        ThreadPoolExecutor(2) as pool,
    ):
        begun = pool.submit(ask, address, "first")
        until(gate.begun.is_set)
        queued = pool.submit(ask, address, "second")
        assert begun.result().status_code == queued.result().status_code == 504
        assert "desk.draft_seconds" in begun.result().json()["detail"]
        assert "is kept if it ends" in begun.result().json()["detail"]
        assert "will not be" in queued.result().json()["detail"]
        health = httpx.get(f"{address}/health")
        assert (health.status_code, health.json()["batch_seconds"] > 0.4) == (503, True)
        gate.gate.set()
        until(lambda: 'result="shown",role="champion",version="7"} 1.0' in metrics(address))
        assert gate.asked == [["first"]], "nobody waited for the second"


def test_a_full_queue_sends_away_and_says_when_to_come_again(tmp_path: Path) -> None:
    gate = Gated()
    with (
        gated(tmp_path, gate, batch=1, most=2) as (desk, address),
        ThreadPoolExecutor(3) as pool,
    ):
        first = pool.submit(ask, address, "first")
        until(gate.begun.is_set)
        others = [pool.submit(ask, address, "other") for _ in range(2)]
        until(lambda: desk.batcher.waiting == 2)
        refused = ask(address, "one too many")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
        assert "desk.queue" in refused.json()["detail"]
        assert 'desk_refusals_total{status="429"} 1.0' in metrics(address)
        gate.gate.set()
        assert [one.result().status_code for one in (first, *others)] == [200] * 3


@pytest.mark.parametrize("query", ["", "?stream=true"])
def test_who_hangs_up_in_the_queue_is_not_drafted_for(tmp_path: Path, query: str) -> None:
    gate = Gated()
    with gated(tmp_path, gate, batch=1) as (desk, address), ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, address, "first")
        until(gate.begun.is_set)
        body = b'{"messages": [{"role": "customer", "text": "gone"}]}'
        with connect(address) as caller:
            caller.sendall(
                f"POST /v1/drafts{query} HTTP/1.1\r\nHost: {address.removeprefix('http://')}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            until(lambda: desk.batcher.waiting == 1)
        until(lambda: len(desk._under_way) == 1)
        gate.gate.set()
        assert first.result().status_code == 200
        until(lambda: desk.batcher.waiting == 0)
    assert gate.asked == [["first"]]


def test_a_batch_is_gathered_while_the_one_before_is_written(tmp_path: Path) -> None:
    gate = Gated()
    with gated(tmp_path, gate, batch=8) as (desk, address), ThreadPoolExecutor(5) as pool:
        answers = [pool.submit(ask, address, "first")]
        until(gate.begun.is_set)
        answers += [pool.submit(ask, address, f"next {number}") for number in range(4)]
        until(lambda: desk.batcher.waiting == 4)
        gate.gate.set()
        assert [one.result().status_code for one in answers] == [200] * 5
        assert [len(asked) for asked in gate.asked] == [1, 4]
        assert "desk_batch_size_sum 5.0" in metrics(address)


def test_a_batcher_that_hangs_does_not_hold_up_its_end(tmp_path: Path) -> None:
    gate = Gated()
    desk = make_desk(tmp_path, gate, batch=1, most=1)
    ticket = {"messages": [{"role": "customer", "text": "x"}]}
    waiting = [desk.batcher.submit(ticket)]
    until(gate.begun.is_set)
    waiting.append(desk.batcher.submit(ticket))
    assert desk.batcher.close(0.2) is False
    gate.gate.set()
    assert desk.batcher.close(10) is True
    assert all(one.answer.done() for one in waiting)


def metrics(address: str) -> str:
    return httpx.get(f"{address}/metrics").text
