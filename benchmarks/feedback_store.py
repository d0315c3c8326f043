"""Drafts and outcomes a second that the feedback store takes, each on disk before the next.

    python -m benchmarks.feedback_store
    python -m benchmarks.feedback_store --seconds 20

SQLite with a WAL and synchronous=FULL, and a PostgreSQL started for it (left out where there is
none), by one caller and by eight at once; beside them how often the disk itself syncs 4 KiB.
"""

import argparse
import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from desk.store.engine import open_engine
from desk.store.feedback import FeedbackStore, new_id
from tests.postgres import postgres, program
from tests.stores import DRAFT, TICKET, new_name

MESSAGES = [{"role": "customer", "text": "Where is MB-123456? " * 30}]
OUTCOME = {"action": "edited", "sent": "Ahoy [NAME_1], it is on its way. " * 15, "seconds": 9.0}


def measure(call: Callable[[], object], callers: int, seconds: float) -> dict[str, float]:
    """Calls a second, and how long one takes, in milliseconds."""
    until = time.perf_counter() + seconds

    def run(_: int) -> list[float]:
        taken = []
        while (started := time.perf_counter()) < until:
            call()
            taken.append(time.perf_counter() - started)
        return taken

    with ThreadPoolExecutor(callers) as threads:
        taken = [one for each in threads.map(run, range(callers)) for one in each]
    quantiles = statistics.quantiles(taken, n=20)
    return {
        "a_second": round(len(taken) / seconds),
        "median_ms": round(quantiles[9] * 1000, 1),
        "p95_ms": round(quantiles[18] * 1000, 1),
    }


def measure_store(url: str, seconds: float) -> Iterator[tuple[str, dict[str, float]]]:
    engine = open_engine(url)
    store = FeedbackStore(engine)
    ticket = TICKET | {"messages": MESSAGES}
    drafts = [store.add_draft(ticket, DRAFT) for _ in range(200)]
    following = threading.local()

    def outcome() -> None:
        following.number = getattr(following, "number", id(following)) + 1
        store.add_outcome(drafts[following.number % len(drafts)], OUTCOME, new_id())

    for callers in (1, 8):
        yield f"outcomes, {callers} at once", measure(outcome, callers, seconds)
        drafted = measure(lambda: store.add_draft(ticket, DRAFT), callers, seconds)
        yield f"drafts, {callers} at once", drafted
    engine.dispose()


def measure_disk(folder: Path, seconds: float) -> dict[str, float]:
    with (folder / "synced").open("wb", buffering=0) as file:

        def sync() -> None:
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())

        return measure(sync, 1, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.feedback_store",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seconds", type=float, default=5.0, help="for each figure (5)")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        print(json.dumps({"of": "fdatasync"} | measure_disk(Path(folder), seconds)), flush=True)
        urls = {"sqlite": f"sqlite:///{folder}/feedback.db"}
        if program("initdb"):
            urls["postgresql"] = servers.enter_context(postgres()).new_database(new_name())
        for name, url in urls.items():
            for what, figures in measure_store(url, seconds):
                print(json.dumps({"store": name, "of": what} | figures), flush=True)


if __name__ == "__main__":
    main()
