"""The desk killed with -9 while agents tell their outcomes: what was acknowledged is there."""

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from desk.store.engine import open_engine
from desk.store.tables import drafts, outcomes, tickets
from tests.desks import TICKET

CLIENTS = 8


@pytest.mark.parametrize("kills", [5, pytest.param(300, marks=pytest.mark.slow)])
@pytest.mark.timeout(3600)
def test_no_acknowledged_outcome_is_lost_and_none_is_torn(tmp_path: Path, kills: int) -> None:
    moments = random.Random(7)
    with desk(tmp_path) as (port, pids):
        agents = [Agent(port, number) for number in range(CLIENTS)]
        for agent in agents:
            agent.start()
        for kill in range(kills):
            pid = next(pids)
            if kill % 5:
                wait_until_heard(agents, any)
            # else also while it opens the store, which the kill before has left open
            time.sleep(moments.uniform(0, 0.5))
            os.kill(pid, signal.SIGKILL)
        wait_until_heard(agents, all)
        for agent in agents:
            agent.ended.set()
        for agent in agents:
            agent.join()
    told = {key: row for agent in agents for key, row in agent.told.items()}
    cut = sum(agent.cut for agent in agents)
    lost, torn = compare(tmp_path / "feedback.db", told, [d for a in agents for d in a.drafts])
    print(f"{kills} kills, {len(told)} outcomes acknowledged, {cut} requests cut off")
    assert (lost, torn) == (0, 0)
    assert len(told) > 3 * kills, "hardly anything was under way when it was killed"
    assert cut >= kills


def compare(
    database: Path, told: Mapping[str, tuple[str, str, str]], drafted: list[str]
) -> tuple[int, int]:
    """How many acknowledged drafts and outcomes are not there as told, and what is broken."""
    with contextlib.closing(sqlite3.connect(database)) as plain:
        torn = sum(row != ("ok",) for row in plain.execute("pragma integrity_check"))
        torn += len(plain.execute("pragma foreign_key_check").fetchall())
    engine = open_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        for table in (tickets, drafts):
            for row in connection.execute(select(table)).mappings():
                torn += row["messages"] is None or not row["messages"]
        there = set(connection.scalars(select(drafts.c.id)))
        kept = {
            row.key: (row.id, row.draft, row.sent) for row in connection.execute(select(outcomes))
        }
    engine.dispose()
    lost = sum(kept.get(key) != row for key, row in told.items())
    torn += sum(sent.split()[0] != key for key, (_, _, sent) in kept.items())
    return lost + len(set(drafted) - there), torn


@contextlib.contextmanager
def desk(folder: Path) -> Iterator[tuple[int, Iterator[int]]]:
    """A desk that is started again whenever it dies: its port, and the pids as they come."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "tests.small_desk", str(folder), str(port)],
        stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert supervisor.stdout
    try:
        yield port, map(int, supervisor.stdout)
    finally:
        os.killpg(supervisor.pid, signal.SIGKILL)
        supervisor.communicate()


def wait_until_heard(agents: "list[Agent]", enough: Callable[[Iterable[bool]], bool]) -> None:
    before = [len(agent.told) for agent in agents]
    until = time.monotonic() + 60
    while not enough(len(agent.told) > n for agent, n in zip(agents, before, strict=True)):
        assert time.monotonic() < until, "the desk does not come back"
        time.sleep(0.005)


class Agent(threading.Thread):
    """Asks for drafts and tells their outcomes, each under its key until that is acknowledged."""

    def __init__(self, port: int, number: int) -> None:
        super().__init__(daemon=True)
        self.port, self.number = port, number
        self.ended = threading.Event()
        self.drafts: list[str] = []
        self.told: dict[str, tuple[str, str, str]] = {}
        """By key: the outcome's id, its draft and what was sent."""
        self.cut = 0
        """Requests that got no answer, for the desk was killed."""

    def run(self) -> None:
        sizes = random.Random(self.number)
        while draft := self._acknowledged("/v1/drafts", TICKET, {}):
            self.drafts.append(draft)
            for _ in range(10):
                key = f"{self.number}-{len(self.told)}"
                sent = f"{key} " + "wind and weather " * sizes.randrange(600)
                body = {"action": "edited", "sent": sent, "seconds": 3.5}
                told = self._acknowledged(
                    f"/v1/drafts/{draft}/outcome", body, {"Idempotency-Key": key}
                )
                if told is None:
                    return
                self.told[key] = (told, draft, sent)

    def _acknowledged(self, path: str, body: Any, key: dict[str, str]) -> str | None:
        """The id that is answered, however often it must be asked for; None once it is ended."""
        while not self.ended.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            try:
                with contextlib.closing(connection):
                    connection.connect()
                    headers = {"Content-Type": "application/json", **key}
                    connection.request("POST", path, json.dumps(body), headers)
                    answer = connection.getresponse()
                    told = json.loads(answer.read())
            except ConnectionRefusedError:
                time.sleep(0.05)
            except (OSError, http.client.HTTPException):
                self.cut += 1
            else:
                assert answer.status in (200, 201), f"{answer.status}: {told}"
                return str(told["id"])
        return None
