"""`prefect deployment run 'train/local' --watch` on the worker of `make up`, as a user types it."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tasks.repro import stage_environment
from tests import prefect_engine
from tests.test_servers import PATIENCE, PORTS, free_ports
from tests.tiny_mill import dvc, make_tiny_mill, stages_that_ran


@pytest.fixture
def mill(tmp_path: Path) -> Path:
    """A tiny mill with our flows in it, as a checkout has them; what registers is tiny as well."""
    root = make_tiny_mill(tmp_path / "mill")
    leave_out = shutil.ignore_patterns("__pycache__", "register")
    for name in ("flows", "tasks", "desk", "drafter"):
        shutil.copytree(name, root / name, ignore=leave_out, dirs_exist_ok=True)
    for name in ("prefect.yaml", "params.yaml"):
        shutil.copy(name, root)
    return root


@contextmanager
def everything_up(root: Path, environment: dict[str, str]) -> Iterator[None]:
    servers = subprocess.Popen(
        [sys.executable, "-m", "tasks.servers", "up"],
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert servers.stdout is not None
    said: list[str] = []
    try:
        while not said or "Ctrl-C here" not in said[-1]:
            said.append(servers.stdout.readline())
            assert said[-1], "".join(said)
        yield
    finally:
        servers.send_signal(signal.SIGTERM)
        servers.communicate(timeout=PATIENCE)


@pytest.mark.slow
def test_a_deployed_run_turns_the_mill_and_registers(mill: Path) -> None:
    ports = free_ports(len(PORTS))
    environment = stage_environment() | dict(zip(PORTS, map(str, ports), strict=True))
    for name in ("PREFECT_HOME", "PREFECT_API_URL", "MLFLOW_TRACKING_URI"):
        environment.pop(name, None)
    typed = """
        eval "$(python -m tasks.servers env)"
        prefect deployment run 'train/local' --watch --flow-run-name deployed
    """
    with everything_up(mill, environment):
        watched = subprocess.run(
            ["bash", "-c", typed],
            cwd=mill,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        logs = "".join(log.read_text() for log in (mill / "var/log").glob("worker.log"))
        assert watched.returncode == 0, watched.stdout + watched.stderr + logs
        api = f"http://127.0.0.1:{ports[0]}/api"
        run = prefect_engine.flow_run(api, "deployed")
        assert run.state.is_completed(), logs
        tasks = prefect_engine.task_runs(api, "deployed")
        shown = prefect_engine.artifacts(api, "deployed")
    assert tasks["register"].message == "models:/support-drafter/1"
    assert sorted(tasks) == ["first", "last", "left", "register", "right"]
    assert set(shown) == {"decision", "decision-report", "version", "data-docs"}
    assert f"127.0.0.1:{ports[1]}/#/models/support-drafter/versions/1" in shown["version"].data

    dvc(mill, "repro")
    assert sorted(stages_that_ran(mill)) == ["first", "last", "left", "right"]
