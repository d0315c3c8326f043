"""Drafts as traces in a real MLflow, and an MLflow that is away or does not answer."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from desk.app import create_app
from desk.store.tables import drafts
from desk.traces import EXPERIMENT, Traces, trace_of
from tests.desks import TICKET, beside, make_desk
from tests.live_drafters import Says

NAMED = {
    "messages": [
        {"role": "customer", "text": "Where is MB-123456? Josephine Hartmann, jo@x.example"}
    ],
    "names": ["Josephine Hartmann", "Ann"],
}
OWN = ("MB-123456", "Hartmann", "jo@x.example")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow') / 'mlflow.db'}"


@contextmanager
def traced(folder: Path, traces: Traces, says: Any = None) -> Iterator[TestClient]:
    more = {"says": says} if says else {}
    with TestClient(create_app(make_desk(folder, traces=traces, **more))) as desk:
        yield desk


def written(traces: Traces, many: int) -> None:
    until = time.monotonic() + 120
    while traces.written + traces.dropped < many:
        assert time.monotonic() < until
        time.sleep(0.01)


def trace(uri: str, draft_id: str) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(uri).get_trace(trace_of(draft_id))


def test_a_shadows_trace_says_that_it_is_one(tmp_path: Path, store: str) -> None:
    traces = Traces(store)
    more = {"challenger": Says("Ahoy!"), "challenger_params": beside("shadow")}
    with TestClient(create_app(make_desk(tmp_path, traces=traces, **more))) as desk:
        desk.post("/v1/drafts", json=NAMED)
        written(traces, 2)
        asked = select(drafts.c.id, drafts.c.role, drafts.c.version)
        with desk.app.state.desk.store.engine.connect() as connection:  # type: ignore[attr-defined]
            rows = connection.execute(asked).all()
    for row in rows:
        tags = trace(store, row.id).info.tags
        assert (tags["role"], tags["version"]) == (row.role, row.version)
    assert {row.role for row in rows} == {"champion", "shadow"}


def check_a_draft_and_its_outcome(tmp_path: Path, uri: str) -> None:
    traces = Traces(uri)
    with traced(tmp_path, traces) as desk:
        draft = desk.post("/v1/drafts", json=NAMED).json()
        url, key = f"/v1/drafts/{draft['id']}/outcome", {"Idempotency-Key": "k"}
        told = {"action": "edited", "sent": "Jo, MB-123456: jo@x.example", "seconds": 9}
        ids = [desk.post(url, json=told, headers=key).json()["id"] for _ in range(2)]
        desk.post(url, json={"csat": 4.5, "reopened": False})
        written(traces, 4)
        kept = desk.app.state.desk.store.draft(draft["id"])  # type: ignore[attr-defined]
        metrics = desk.get("/metrics").text
    assert (traces.written, traces.dropped) == (4, 0)
    assert 'desk_traces_total{result="written"} 4.0' in metrics
    found = trace(uri, draft["id"])
    assert (found.info.tags["version"], found.info.tags["candidate"]) == ("7", "sft-rag")
    assert found.info.execution_duration == round(kept["seconds"] * 1000)
    (span,) = found.data.spans
    assert span.inputs == {"subject": kept["subject"], "messages": kept["messages"]}
    assert span.outputs["text"] == "Ahoy [NAME_1]! [ORDER_1] may come back within 30 days."
    assert [citation["clause"] for citation in span.outputs["citations"]] == ["1"]
    assessed = {each.name: each for each in found.info.assessments}
    assert len(assessed) == len(found.info.assessments), "told twice, it counts once"
    assert {name: each.value for name, each in assessed.items()} == {
        "action": "edited", "seconds": 9.0, "csat": 4.5, "reopened": False,
    }  # fmt: skip
    assert assessed["action"].metadata["outcome"] == ids[0]
    assert assessed["action"].source.source_type == "HUMAN"


def test_a_draft_is_a_trace_and_its_outcome_an_assessment(tmp_path: Path, store: str) -> None:
    check_a_draft_and_its_outcome(tmp_path, store)


@pytest.mark.slow
def test_so_it_is_on_a_server(tmp_path: Path, store: str) -> None:
    with mlflow_server(tmp_path / "served.db") as uri:
        check_a_draft_and_its_outcome(tmp_path, uri)


def test_mlflow_never_sees_a_customers_own_values(tmp_path: Path, store: str) -> None:
    traces = Traces(store)
    held = Says("[NAME_1]: [ORDER_1] may come back within 31 days.")
    with traced(tmp_path, traces, held) as desk:
        draft = desk.post("/v1/drafts", json=NAMED).json()
        assert OWN[0] in draft["held_back"]
        told = {"action": "edited", "sent": " ".join(OWN)}
        desk.post(f"/v1/drafts/{draft['id']}/outcome", json=told)
        written(traces, 2)
    assert traces.written == 2
    folder = Path(store.removeprefix("sqlite:///")).parent
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert trace_of(draft["id"]).encode() in kept
    assert not [own for own in OWN if own.encode() in kept]


def test_traces_lie_beside_those_of_the_mill(store: str) -> None:
    from mlflow import MlflowClient

    experiment = MlflowClient(store).get_experiment_by_name(EXPERIMENT)
    folder = Path(store.removeprefix("sqlite:///")).parent
    assert experiment.artifact_location == (folder / "artifacts").resolve().as_uri()


def test_with_mlflow_dead_agents_wait_no_longer_and_the_loss_is_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plain = seconds(tmp_path / "plain", None)
    with socket.socket() as silent:
        # it takes every connection and never answers
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        traces = Traces(f"http://127.0.0.1:{silent.getsockname()[1]}", most=5)
        dead = seconds(tmp_path / "dead", traces)
    assert dead < plain + 0.1, "a draft waited for MLflow"
    assert traces.written == 0
    assert traces.dropped >= 40 - 5 - 1
    assert len([each for each in caplog.records if "are dropped" in each.message]) == 1


def test_a_refused_connection_costs_its_traces_alone(tmp_path: Path) -> None:
    traces = Traces("http://127.0.0.1:9")
    with traced(tmp_path, traces) as desk:
        draft = desk.post("/v1/drafts", json=TICKET).json()
        told = desk.post(f"/v1/drafts/{draft['id']}/outcome", json={"action": "accepted"})
        assert told.status_code == 201
        written(traces, 2)
    assert (traces.written, traces.dropped) == (0, 2)


def test_an_outcome_of_a_draft_that_was_not_traced_is_counted_as_dropped(store: str) -> None:
    traces = Traces(store)
    traces.told("0" * 31 + "1", "o", {"action": "accepted"})
    written(traces, 1)
    traces.close()
    assert (traces.written, traces.dropped) == (0, 1)


def seconds(folder: Path, traces: Traces | None) -> float:
    """The median of 40 drafts."""
    folder.mkdir()
    taken = []
    with TestClient(create_app(make_desk(folder, traces=traces))) as desk:
        for _ in range(40):
            started = time.perf_counter()
            assert desk.post("/v1/drafts", json=TICKET).json()["kept"]
            taken.append(time.perf_counter() - started)
    return sorted(taken)[20]


@contextmanager
def mlflow_server(database: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["-m", "mlflow", "server", "--backend-store-uri", f"sqlite:///{database}",
               "--port", str(port), "--workers", "1"]  # fmt: skip
    server = subprocess.Popen(
        [sys.executable, *command], cwd=database.parent, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 120
        while not answers(f"{url}/health"):
            assert time.monotonic() < until
            time.sleep(0.2)
        yield url
    finally:
        os.killpg(server.pid, 15)
        server.wait()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
