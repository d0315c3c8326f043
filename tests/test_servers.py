"""`make up` and `make down`, on free ports of this machine."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from drafter.errors import ServersFailed
from tasks.repro import stage_environment
from tasks.servers.answers import check_port
from tasks.servers.down import down
from tasks.servers.note import read_note
from tasks.servers.shell import shell_lines
from tasks.servers.up import up

PATIENCE = 240.0
PORTS = (
    "REPLYMILL_PREFECT_PORT", "REPLYMILL_MLFLOW_PORT", "REPLYMILL_REPORTS_PORT",
    "REPLYMILL_DESK_PORT",
)  # fmt: skip


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def webhook_of(desk: str) -> str:
    """What the desk's health says of its webhook, once it has asked for one."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{desk}/health", timeout=30) as answer:
                told = json.load(answer)
        except urllib.error.HTTPError as error:
            told = json.load(error)
        if told["champion"]["webhook"] != "not asked for yet":
            break
        time.sleep(0.2)
    return str(told["champion"]["webhook"])


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_taken_port_is_named_with_the_way_out() -> None:
    with taken_port() as port, pytest.raises(ServersFailed) as refused:
        check_port(port, "REPLYMILL_MLFLOW_PORT")
    assert f"port {port} is taken" in str(refused.value)
    assert f"make up REPLYMILL_MLFLOW_PORT={port + 10}" in str(refused.value)


def test_up_starts_nothing_where_a_port_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = psutil.Process().children(recursive=True)
    for name in ("PREFECT_HOME", "PREFECT_API_URL", "MLFLOW_TRACKING_URI"):
        monkeypatch.setenv(name, "")
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with taken_port() as port:
        for name in PORTS:
            monkeypatch.setenv(name, str(port))
        try:
            with pytest.raises(ServersFailed, match="is taken"):
                up(tmp_path)
        finally:
            for number, handler in zip((signal.SIGINT, signal.SIGTERM), handlers, strict=True):
                signal.signal(number, handler)
    assert psutil.Process().children(recursive=True) == before
    assert read_note(tmp_path) is None


def test_down_where_nothing_is_up_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    down(tmp_path)
    assert capsys.readouterr().out == "nothing is up\n"


def test_down_ends_no_process_that_merely_has_a_noted_pid(tmp_path: Path) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    holder = {
        "pid": bystander.pid, "born": 1.0, "boot": "another boot",
        "host": os.uname().nodename, "started": "", "what": "make up",
    }  # fmt: skip
    note = tmp_path / "var/run/up.json"
    note.parent.mkdir(parents=True)
    note.write_text(json.dumps({"supervisor": holder, "servers": [holder], "prefect_api": ""}))
    down(tmp_path)
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()
    assert not note.exists()


def test_a_shell_learns_where_the_servers_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPLYMILL_PREFECT_PORT", "4711")
    monkeypatch.setenv("REPLYMILL_DESK_PORT", "4712")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    asked = 'echo "$PREFECT_API_URL $PREFECT_HOME $MLFLOW_TRACKING_URI"; echo "$REPLYMILL_DESK_URL"'
    asked += "; command -v dvc"
    shown = subprocess.run(
        ["bash", "-c", f"{shell_lines(tmp_path)}\n{asked}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert shown.splitlines() == [
        f"http://127.0.0.1:4711/api {tmp_path}/var/prefect "
        f"sqlite:///{tmp_path}/var/mlflow/mlflow.db",
        "http://127.0.0.1:4712",
        str(Path(sys.executable).parent / "dvc"),
    ]


@pytest.mark.slow
def test_up_starts_all_and_down_ends_exactly_that(tmp_path: Path) -> None:
    for name in ("flows", "tasks", "desk", "drafter"):
        shutil.copytree(name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("prefect.yaml", "params.yaml"):
        shutil.copy(name, tmp_path)
    ports = free_ports(len(PORTS))
    environment = stage_environment() | dict(zip(PORTS, map(str, ports), strict=True))
    for name in ("PREFECT_HOME", "PREFECT_API_URL", "MLFLOW_TRACKING_URI"):
        environment.pop(name, None)

    def servers(verb: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "tasks.servers", verb],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    started = servers("up")
    assert started.stdout is not None
    said: list[str] = []
    while not said or "Ctrl-C here" not in said[-1]:
        said.append(started.stdout.readline())
        assert said[-1], "".join(said)
    family = psutil.Process(started.pid).children(recursive=True)

    prefect, mlflow, reports, desk = (f"http://127.0.0.1:{port}" for port in ports)
    for url in (f"{prefect}/api/health", f"{mlflow}/health", reports):
        with urllib.request.urlopen(url, timeout=30) as answer:
            assert answer.status == 200
    with urllib.request.urlopen(f"{prefect}/api/deployments/name/train/local", timeout=30) as found:
        assert json.load(found)["entrypoint"] == "flows.train:train"
    assert webhook_of(desk) == "registered"
    with pytest.raises(urllib.error.HTTPError, match="503"):  # nobody has made a champion yet
        urllib.request.urlopen(f"{desk}/health", timeout=30)
    for secret in ("webhook-key", "webhook-secret"):
        kept = tmp_path / "var/run" / secret
        assert kept.stat().st_mode & 0o777 == 0o600
        logs = [log.read_text() for log in (tmp_path / "var/log").glob("*.log")]
        assert not [log for log in logs if kept.read_text() in log]
    listening = {
        connection.laddr.ip
        for process in family
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}

    again, _ = servers("up").communicate(timeout=PATIENCE)
    assert "it is up already" in again
    assert prefect in again

    ended, _ = servers("down").communicate(timeout=PATIENCE)
    assert ended == "it is down\n"
    started.communicate(timeout=PATIENCE)
    assert started.returncode == 0
    time.sleep(0.5)
    assert not [process for process in family if process.is_running()]
