"""The flow `train` with Prefect's real engine, over a tiny mill with real `dvc repro`."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tasks.repro import stage_environment
from tests import prefect_engine
from tests.hosting import hosted
from tests.tiny_mill import dvc, make_tiny_mill, stage_pid, stages_that_ran

STAGES = ["first", "last", "left", "right"]
PATIENCE = 120.0


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    with prefect_engine.engine() as address:
        yield address


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    return make_tiny_mill(tmp_path / "mill")


def turn(mill: Path, name: str) -> Any:
    """Run the flow in this process as the flow run `name`; gives its last state."""
    from flows.train import train

    return train.with_options(flow_run_name=name)(str(mill), return_state=True)


def start(mill: Path, api: str) -> "subprocess.Popen[str]":
    """`python -m flows.train`, told to the tests' Prefect server."""
    return subprocess.Popen(
        [sys.executable, "-m", "flows.train", "--root", str(mill)],
        env=stage_environment() | {"PREFECT_API_URL": api},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(happens: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def test_each_stage_is_a_task_of_its_own_name_and_dvc_finds_nothing_left(
    mill: Path, api: str
) -> None:
    siblings = [mill / "hold-left", mill / "hold-right"]
    for hold in siblings:
        hold.touch()

    def let_go() -> None:
        until(lambda: stage_pid(mill, "left") and stage_pid(mill, "right"))
        for hold in siblings:
            hold.unlink()

    # neither ends before both have begun: were they run in turn, this would not end well
    watcher = threading.Thread(target=let_go)
    watcher.start()
    state = turn(mill, "whole")
    watcher.join()
    assert state.is_completed(), state
    assert state.message == "models:/support-drafter/1"
    tasks = prefect_engine.task_runs(api, "whole")
    assert sorted(tasks) == sorted([*STAGES, "register"])
    assert {state.message for name, state in tasks.items() if name != "register"} == {"ran"}
    assert prefect_engine.edges(api, "whole") == {
        ("first", "left"),
        ("first", "right"),
        ("left", "last"),
        ("right", "last"),
        ("last", "register"),
    }

    assert "up to date" in dvc(mill, "status")
    dvc(mill, "repro")
    assert sorted(stages_that_ran(mill)) == STAGES, "dvc repro found something to do"

    shown = prefect_engine.artifacts(api, "whole")
    assert shown["decision"].type == "table"
    assert '"candidate": "rag"' in shown["decision"].data
    assert "50.0 % [40.0 60.0]" in shown["decision"].data
    assert shown["decision-report"].type == "markdown"
    assert "/decision.html)\n\n# Decision: rag" in shown["decision-report"].data
    assert "/#/models/support-drafter/versions/1" in shown["version"].data
    assert "/validation/index.html" in shown["data-docs"].data


def test_what_dvc_repro_did_is_not_done_again(mill: Path, api: str) -> None:
    dvc(mill, "repro")
    assert turn(mill, "after-repro").is_completed()
    assert sorted(stages_that_ran(mill)) == STAGES
    tasks = prefect_engine.task_runs(api, "after-repro")
    assert {tasks[name].message for name in STAGES} == {"unchanged"}


def test_a_failed_stage_is_that_task_failed_and_the_next_run_goes_on_from_there(
    mill: Path, api: str
) -> None:
    (mill / "fail-left").touch()
    state = turn(mill, "torn")
    message = "left: row 17 of may.csv is torn; mend it"
    assert state.is_failed()
    assert state.message == message
    tasks = prefect_engine.task_runs(api, "torn")
    assert tasks["left"].is_failed()
    assert tasks["left"].message == message
    assert tasks["first"].is_completed()
    assert tasks["right"].is_completed(), "what does not hang on it goes on"
    assert tasks["last"].name == "NotReady"
    assert tasks["register"].name == "NotReady"
    assert not (mill / "var/registered").exists()

    (mill / "fail-left").unlink()
    assert turn(mill, "mended").is_completed()
    tasks = prefect_engine.task_runs(api, "mended")
    assert [tasks[name].message for name in STAGES] == ["unchanged", "ran", "ran", "unchanged"]


def test_of_two_runs_the_second_says_whom_it_waits_for_and_finds_the_work_done(
    mill: Path, api: str
) -> None:
    (mill / "hold-first").touch()
    one = start(mill, api)
    until(lambda: stage_pid(mill, "first"))
    two = start(mill, api)
    assert two.stderr is not None
    said = ""
    while "waiting for" not in said:
        line = two.stderr.readline()
        assert line, said
        said += line
    assert f"(pid {one.pid} on " in said
    (mill / "hold-first").unlink()
    for run in (one, two):
        out, errors = run.communicate(timeout=PATIENCE)
        assert run.returncode == 0, errors
    assert sorted(stages_that_ran(mill)) == STAGES
    assert "nothing to do" in errors
    assert "models:/support-drafter/1" in out


def test_after_kill_9_no_stage_runs_on_and_the_next_run_ends_the_dead_one(
    mill: Path, api: str
) -> None:
    (mill / "hold-right").touch()
    killed = start(mill, api)
    until(lambda: stage_pid(mill, "right") and "left" in stages_that_ran(mill))
    (note,) = (mill / "var/run/flows").iterdir()
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    until(lambda: stage_pid(mill, "right") is None)

    (mill / "hold-right").unlink()
    assert turn(mill, "next").is_completed()
    assert stages_that_ran(mill).count("first") == 1
    from prefect.client.orchestration import SyncPrefectClient

    with SyncPrefectClient(api) as client:
        dead = client.read_flow_run(note.stem)
    assert dead.state.is_crashed()
    assert "its process was killed" in dead.state.message
    assert not note.exists()


def test_ctrl_c_ends_the_run_and_its_stages(mill: Path, api: str) -> None:
    (mill / "hold-first").touch()
    run = start(mill, api)
    until(lambda: stage_pid(mill, "first"))
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=PATIENCE)
    assert run.returncode == 130
    assert errors.splitlines()[-1] == "stopped; `make run` goes on from here"
    assert "Traceback" not in errors
    assert stage_pid(mill, "first") is None


@pytest.mark.slow
def test_the_embedded_engine_turns_a_fresh_checkout_and_leaves_no_process(mill: Path) -> None:
    before = _children()
    environment = stage_environment()
    for name in ("PREFECT_API_URL", "PREFECT_HOME"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-m", "flows.train", "--root", str(mill)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    assert "models:/support-drafter/1" in done.stdout
    assert "make up" in done.stdout
    assert "Error" not in done.stderr
    assert (mill / "var/prefect/prefect.db").exists()
    assert _children() <= before


def _children() -> set[int]:
    mine = psutil.Process().children(recursive=True)
    return {child.pid for child in mine if child.status() != psutil.STATUS_ZOMBIE}


def test_a_missing_key_stops_the_run_before_any_stage_and_names_the_variable(
    mill: Path, api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEST_KEY", raising=False)
    (mill / "params.yaml").write_text(json.dumps({"hosted": {"gpt": hosted("http://x")}}))
    state = turn(mill, "keyless")
    assert state.is_failed()
    assert "TEST_KEY is not set (hosted.gpt)" in state.message
    process = start(mill, api)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert said.startswith("TEST_KEY is not set (hosted.gpt)")
    assert "Traceback" not in said
    assert not (mill / "var/marks").exists()
