"""Stages through real `dvc repro`, locks, and the end of processes."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from drafter.errors import RepositoryBusy, StageFailed
from tasks import leash
from tasks.repro import Runner, repair_rwlock, stage_environment
from tasks.runlock import Holder, read_holder, run_lock
from tests.tiny_mill import make_tiny_mill, stage_pid, stages_that_ran

PATIENCE = 60.0


def until(happens: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def silent(line: str) -> None:
    pass


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    return make_tiny_mill(tmp_path / "mill")


def test_a_stage_runs_once_and_then_has_nothing_to_do(mill: Path) -> None:
    said: list[str] = []
    runner = Runner(mill)
    assert runner.stage("first", said.append) == "ran"
    assert runner.stage("first", said.append) == "unchanged"
    assert stages_that_ran(mill) == ["first"]
    assert said == ["first is at work"]


def test_what_was_made_before_comes_back_from_the_cache(mill: Path) -> None:
    runner = Runner(mill)
    runner.stage("first", silent)
    (mill / "data/first").unlink()
    (mill / "dvc.lock").unlink()
    assert runner.stage("first", silent) == "restored"
    assert (mill / "data/first").read_text() == "first()"


def test_a_failed_stage_is_told_in_its_own_words(mill: Path) -> None:
    (mill / "fail-first").touch()
    with pytest.raises(StageFailed) as failure:
        Runner(mill).stage("first", silent)
    assert str(failure.value) == "first: row 17 of may.csv is torn; mend it"


def test_a_missing_input_is_told_in_words_of_dvc(mill: Path) -> None:
    with pytest.raises(StageFailed, match=r"left: .*data/first"):
        Runner(mill).stage("left", silent)


def test_a_lock_of_another_dvc_is_told_apart_from_a_failure(mill: Path) -> None:
    (mill / "hold-first").touch()
    other = subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro", "first"],
        cwd=mill,
        env=stage_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: stage_pid(mill, "first"))
        with pytest.raises(RepositoryBusy, match="first: another DVC process works here"):
            Runner(mill).stage("first", silent)
    finally:
        (mill / "hold-first").unlink()
        assert other.wait(PATIENCE) == 0
    assert Runner(mill).stage("first", silent) == "unchanged"


@pytest.mark.parametrize("torn", ["", '{"read": {"/a'])
def test_a_torn_rwlock_is_repaired_with_a_warning(mill: Path, torn: str) -> None:
    record = mill / ".dvc/tmp/rwlock"
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(torn)
    said: list[str] = []
    assert Runner(mill).stage("first", said.append) == "ran"
    assert said[0] == "warning: removed .dvc/tmp/rwlock, which a killed run left torn"


def test_a_sound_rwlock_is_left_alone(mill: Path) -> None:
    record = mill / ".dvc/tmp/rwlock"
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text('{"read": {}, "write": {}}')
    repair_rwlock(mill, pytest.fail)
    assert record.exists()


def test_kill_9_on_dvc_takes_the_stage_with_it(mill: Path) -> None:
    (mill / "hold-first").touch()
    failures: list[str] = []

    def work() -> None:
        try:
            Runner(mill).stage("first", silent)
        except StageFailed as failure:
            failures.append(str(failure))

    thread = threading.Thread(target=work)
    thread.start()
    until(lambda: stage_pid(mill, "first"))
    stage = psutil.Process(stage_pid(mill, "first"))
    parents = [parent for parent in stage.parents() if "repro" in parent.cmdline()]
    repro = next(parent for parent in parents if "leash.py" not in " ".join(parent.cmdline()))
    repro.kill()
    until(lambda: not stage.is_running() or stage.status() == psutil.STATUS_ZOMBIE)
    thread.join(PATIENCE)
    assert failures == ["first: first is at work"]
    (mill / "hold-first").unlink()
    assert Runner(mill).stage("first", silent) == "ran"


def test_stopping_a_runner_ends_what_it_started(mill: Path) -> None:
    (mill / "hold-first").touch()
    runner = Runner(mill)
    failures: list[str] = []

    def work() -> None:
        try:
            runner.stage("first", silent)
        except StageFailed as failure:
            failures.append(str(failure))

    thread = threading.Thread(target=work)
    thread.start()
    until(lambda: stage_pid(mill, "first"))
    runner.stop()
    thread.join(PATIENCE)
    assert stage_pid(mill, "first") is None
    assert failures == ["the run was stopped; the next one goes on from there"]
    with pytest.raises(StageFailed, match="stopped before this"):
        runner.stage("left", silent)


def test_a_kept_command_ends_with_a_starter_that_is_killed(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time, pathlib\n"
            "from tasks import leash\n"
            "kept = leash.start([sys.executable, '-c', 'import os, time; "
            f'open("{tmp_path}/pid", "w").write(str(os.getpid())); time.sleep(300)\'],'
            f" pathlib.Path('{tmp_path}'), {{}})\n"
            "time.sleep(300)",
        ],
        cwd=Path.cwd(),
    )
    until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    kept = psutil.Process(int((tmp_path / "pid").read_text()))
    starter.kill()
    starter.wait()
    until(lambda: not kept.is_running() or kept.status() == psutil.STATUS_ZOMBIE)


def test_the_exit_code_of_a_kept_command_is_handed_on(tmp_path: Path) -> None:
    kept = leash.start([sys.executable, "-c", "raise SystemExit(7)"], tmp_path, dict(os.environ))
    assert kept.wait() == 7
    kept.communicate()


def test_a_second_run_says_whom_it_waits_for(tmp_path: Path) -> None:
    lock, order, said = tmp_path / "run/train.lock", [], []
    holding, go_on = threading.Event(), threading.Event()

    def first() -> None:
        with run_lock(lock, "flow run early-bird", pytest.fail) as waited:
            assert not waited
            holding.set()
            go_on.wait(PATIENCE)
            order.append("first")

    def tell(line: str) -> None:
        said.append(line)
        go_on.set()

    thread = threading.Thread(target=first)
    thread.start()
    holding.wait(PATIENCE)
    with run_lock(lock, "flow run late-riser", tell) as waited:
        order.append("second")
        assert waited
    thread.join()
    assert order == ["first", "second"]
    assert f"waiting for flow run early-bird (pid {os.getpid()} on " in said[0]


def test_a_killed_holder_holds_nobody_up(tmp_path: Path) -> None:
    lock = tmp_path / "train.lock"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time, pathlib\nfrom tasks.runlock import run_lock\n"
            f"with run_lock(pathlib.Path('{lock}'), 'killed', print):\n    time.sleep(300)",
        ],
        cwd=Path.cwd(),
    )
    note = lock.with_suffix(".json")
    until(lambda: read_holder(note))
    left = read_holder(note)
    assert left is not None
    assert left.alive()
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert not left.alive()
    with run_lock(lock, "next", pytest.fail) as waited:
        assert not waited


def test_a_pid_that_another_process_has_now_is_no_holder(tmp_path: Path) -> None:
    mine = Holder.myself("test")
    assert mine.alive()
    values = json.loads(json.dumps(mine.__dict__))
    assert not Holder(**(values | {"born": mine.born - 1000})).alive()
    assert not Holder(**(values | {"boot": "another boot"})).alive()
    assert Holder(**(values | {"host": "another machine"})).alive()


def test_python_in_a_stage_is_the_interpreter_that_runs_now(tmp_path: Path) -> None:
    found = subprocess.run(
        ["python", "-c", "import sys; print(sys.executable)"],
        env=stage_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(found.stdout.strip()).parent == Path(sys.executable).parent
