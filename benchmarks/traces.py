"""How long a draft takes without traces, with them, and with an MLflow that never answers.

    python -m benchmarks.traces

In turn, over a small drafter, so that what tracing takes from a draft would show; one caller. The
last figures say how many traces were written and dropped.
"""

import json
import socket
import statistics
import tempfile
import time
from pathlib import Path

from fastapi.testclient import TestClient

from desk.app import create_app
from desk.traces import Traces
from drafter.quiet import quiet_environment
from tests.desks import TICKET, make_desk

ROUNDS, DRAFTS = 4, 100


def draft(folder: Path, traces: Traces | None) -> list[float]:
    """The milliseconds of each of DRAFTS drafts."""
    taken = []
    with TestClient(create_app(make_desk(folder, traces=traces))) as desk:
        for _ in range(DRAFTS):
            started = time.perf_counter()
            desk.post("/v1/drafts", json=TICKET).raise_for_status()
            taken.append((time.perf_counter() - started) * 1000)
        while traces and traces.waiting and traces.written:
            time.sleep(0.05)
    return taken


def main() -> None:
    quiet_environment()
    taken: dict[str, list[float]] = {}
    told: dict[str, tuple[int, int]] = {}
    with tempfile.TemporaryDirectory() as name, socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        uris = {
            "none": None,
            "sqlite": f"sqlite:///{name}/mlflow.db",
            "silent server": f"http://127.0.0.1:{silent.getsockname()[1]}",
        }
        # the first makes MLflow's store, which is not counted
        draft(Path(name), Traces(str(uris["sqlite"])))
        for _ in range(ROUNDS):
            for which, uri in uris.items():
                traces = Traces(uri, most=20 if which != "sqlite" else 1000) if uri else None
                taken.setdefault(which, []).extend(draft(Path(name), traces))
                if traces:
                    written, dropped = told.get(which, (0, 0))
                    told[which] = (written + traces.written, dropped + traces.dropped)
    for which, each in taken.items():
        quantiles = statistics.quantiles(each, n=20)
        figures = {"median_ms": round(quantiles[9], 1), "p95_ms": round(quantiles[18], 1)}
        written, dropped = told.get(which, (0, 0))
        print(json.dumps({"traces": which} | figures | {"written": written, "dropped": dropped}))


if __name__ == "__main__":
    main()
