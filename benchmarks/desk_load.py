"""Clients that ask a desk for drafts, one after the other each: how many a second, how long.

The processor's time of the desk's process is told beside: on a machine that does other work too,
it is what can be compared.
"""

import http.client
import itertools
import json
import random
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Load:
    """What so many clients got."""

    clients: int
    per_second: float
    p50: float
    p95: float
    cpu: float
    """Seconds of the processor that a draft took in the desk's process."""


def load(
    process: int, port: int, tickets: Sequence[dict[str, Any]], clients: int, pause: float = 0.0
) -> Load:
    """Each client keeps one connection and asks for its next ticket when it has its draft.

    Before each it pauses for 0.5 to 1.5 times `pause`, in which nothing is measured.
    """
    bodies = [json.dumps(ticket) for ticket in tickets]
    turn = itertools.count()
    seconds: list[float] = []

    def client() -> None:
        calls = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        while (number := next(turn)) < len(bodies):
            time.sleep(pause * random.Random(number).uniform(0.5, 1.5))
            started = time.perf_counter()
            calls.request(
                "POST", "/v1/drafts", bodies[number], {"Content-Type": "application/json"}
            )
            answer = calls.getresponse()
            text = answer.read()
            assert answer.status == 200, text
            seconds.append(time.perf_counter() - started)
        calls.close()

    import psutil

    desk = psutil.Process(process)
    before = sum(desk.cpu_times()[:2])
    threads = [threading.Thread(target=client) for _ in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    assert len(seconds) == len(bodies), "a client broke off"
    cpu = (sum(desk.cpu_times()[:2]) - before) / len(bodies)
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return Load(clients, len(bodies) / took, statistics.median(seconds), cuts[18], cpu)


def table(rows: Sequence[tuple[str, Load]], first: str) -> str:
    """As docs/desk.md has it."""
    lines = [
        f"| {first} | clients | drafts/s | p50 ms | p95 ms | CPU ms a draft |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {name} | {one.clients} | {one.per_second:.1f} | {one.p50 * 1e3:.0f} "
        f"| {one.p95 * 1e3:.0f} | {one.cpu * 1e3:.0f} |"
        for name, one in rows
    ]
    return "\n".join(lines)
