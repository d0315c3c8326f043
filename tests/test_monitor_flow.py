"""The flow `monitor` with Prefect's real engine, over a real store and registry."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drafter.tables import read_json
from tasks.paths import Paths
from tasks.repro import stage_environment
from tests import prefect_engine
from tests.monitored import checkout, fill, give_champion, worse

REPOSITORY = Path(__file__).parents[1]
PATIENCE = 120


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    with prefect_engine.engine() as address:
        yield address


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A checkout whose champion's drafts have been changed more for a week, up to yesterday."""
    root = tmp_path_factory.mktemp("checkout")
    paths = checkout(root)
    give_champion(paths)
    for package in ("tasks", "flows", "desk", "drafter"):
        leave_out = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / package, root / package, ignore=leave_out)
    shutil.copy(REPOSITORY / "prefect.yaml", root)
    first = datetime.now(UTC).date() - timedelta(days=17)
    fill(paths, range(10), 20, first=first)
    fill(paths, range(10, 17), 20, worse, first=first)
    return paths


def monitor(paths: Paths, name: str) -> Any:
    from flows.monitor import monitor as flow

    return flow.with_options(flow_run_name=name)(str(paths.root), return_state=True)


def events(api: str) -> list[dict[str, Any]]:
    """The alarms that the server has."""
    from prefect.client.orchestration import SyncPrefectClient

    asked = {"filter": {"event": {"name": ["replymill.alarm"]}}, "limit": 50}
    with SyncPrefectClient(api) as client:
        return list(client.request("POST", "/events/filter", json=asked).json()["events"])


def wait_for(what: Any) -> Any:
    end = time.monotonic() + PATIENCE
    while not (found := what()) and time.monotonic() < end:
        time.sleep(0.3)
    return found


def test_an_alarm_is_an_event_once_however_often_it_is_looked_at(paths: Paths, api: str) -> None:
    state = monitor(paths, "first")
    assert state.is_completed(), state.message
    alarms = [
        one["id"]
        for one in read_json(paths.report("monitor.json"))["alarms"]
        if one["starts_training"]
    ]
    assert "1/acceptance/1" in alarms
    shown = prefect_engine.artifacts(api, "first")["monitor"]
    assert state.message in shown.data
    assert wait_for(lambda: len(events(api)) == len(alarms))
    assert monitor(paths, "again").is_completed()
    assert prefect_engine.task_runs(api, "again")["tell"].message == "0 new alarms"
    told = {event["payload"]["id"]: event for event in events(api)}
    assert sorted(told) == sorted(alarms)
    assert told["1/acceptance/1"]["resource"]["prefect.resource.id"] == "replymill.version.1"
    assert "Jo Smith" not in str(told)


def test_a_store_that_is_away_fails_the_run_with_its_one_line(
    paths: Paths, api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPLYMILL_FEEDBACK_URL", "postgresql+psycopg://u:geheim@127.0.0.1:1/x")
    state = monitor(paths, "away")
    assert state.is_failed()
    assert "can't be read (OperationalError)" in state.message
    assert "geheim" not in state.message


@pytest.mark.slow
def test_the_automation_runs_train_on_fresh_feedback_after_an_alarm(paths: Paths, api: str) -> None:
    """As `make up` installs it: `prefect deploy` of prefect.yaml. No worker is there to run it."""
    environment = stage_environment() | {"PREFECT_API_URL": api}
    for command in (["work-pool", "create", "local", "--type", "process"], ["deploy", "--all"]):
        done = subprocess.run(
            [sys.executable, "-m", "prefect", "--no-prompt", *command],
            cwd=paths.root, env=environment, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    paths.monitor("told.json").unlink(missing_ok=True)
    shutil.move(paths.root / "var/desk", paths.root / "var/desk-before")
    first = datetime.now(UTC).date() - timedelta(days=17)
    give_champion(paths, 2)
    fill(paths, range(10), 20, version="2", first=first)
    fill(paths, range(10, 17), 20, worse, version="2", first=first)
    assert monitor(paths, "alarms").is_completed()
    runs = wait_for(lambda: scheduled(api))
    assert [run.parameters["feedback"] for run in runs] == [True], "several alarms, one run"
    time.sleep(3)
    assert len(scheduled(api)) == 1


def scheduled(api: str) -> list[Any]:
    """Runs of train/local."""
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.filters import FlowFilter, FlowFilterName

    with SyncPrefectClient(api) as client:
        return list(
            client.read_flow_runs(flow_filter=FlowFilter(name=FlowFilterName(any_=["train"])))
        )
