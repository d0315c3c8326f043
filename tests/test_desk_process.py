"""The desk as a process: how it starts, what it says when it can't, and how it ends."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from desk.__main__ import main
from tests.desk_server import until
from tests.desks import desk_params

HOUSE = Path(__file__).parents[1]
TICKET = {"messages": [{"role": "customer", "text": "Where is it?"}]}


@contextmanager
def slow_desk(folder: Path, *given: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.desk_process", str(folder), *given],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=HOUSE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process, f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()


def begun(process: "subprocess.Popen[str]") -> None:
    """Wait until a draft is being written."""
    assert process.stdout is not None
    assert process.stdout.readline() == "drafting\n"


def ask(address: str) -> httpx.Response:
    return httpx.post(f"{address}/v1/drafts", json=TICKET, timeout=30)


def test_sigterm_answers_what_has_begun_refuses_what_comes_and_ends_with_0(tmp_path: Path) -> None:
    """Four tickets, one a batch, 0.7 s each: one is being drafted and three wait."""
    with (
        slow_desk(tmp_path, "0.7", "batch=1") as (process, address),
        ThreadPoolExecutor(4) as pool,
        httpx.Client(base_url=address, timeout=30) as kept_open,
    ):
        assert kept_open.get("/metrics").status_code == 200
        answers = [pool.submit(ask, address) for _ in range(4)]
        begun(process)
        until(lambda: "desk_queue_depth 3.0" in httpx.get(f"{address}/metrics").text)
        process.send_signal(signal.SIGTERM)
        refused = 0
        for _ in range(3):
            try:
                refused += kept_open.post("/v1/drafts", json=TICKET).status_code == 503
            except httpx.TransportError:
                refused += 1
            time.sleep(0.2)
        assert refused == 3
        assert [one.result().status_code for one in answers] == [200] * 4
        assert process.wait(15) == 0


def test_a_stream_is_told_to_its_end_while_the_desk_goes_down(tmp_path: Path) -> None:
    with slow_desk(tmp_path, "0.7") as (process, address):
        url = f"{address}/v1/drafts?stream=true"
        with httpx.stream("POST", url, json=TICKET, timeout=30) as answer:
            begun(process)
            process.send_signal(signal.SIGTERM)
            assert "event: done" in answer.read().decode()
        assert process.wait(15) == 0


def test_a_second_sigterm_ends_at_once(tmp_path: Path) -> None:
    with slow_desk(tmp_path, "60") as (process, address), ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, address)
        begun(process)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert process.poll() is None
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 128 + signal.SIGTERM
        assert time.monotonic() - started < 2
        assert answer.exception() is not None


def test_a_generator_that_hangs_holds_up_the_end_no_longer_than_its_callers(tmp_path: Path) -> None:
    given = ("60", "draft_seconds=1", "drain_seconds=3")
    with slow_desk(tmp_path, *given) as (process, address), ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, address)
        begun(process)
        process.send_signal(signal.SIGTERM)
        assert answer.result().status_code == 504
        assert process.wait(15) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with params.yaml, from which a desk starts with nothing to serve."""
    shutil.copy(HOUSE / "params.yaml", tmp_path)
    return tmp_path


def start(root: Path, **environment: str) -> "subprocess.Popen[str]":
    clean = {name: value for name, value in os.environ.items() if "REPLYMILL" not in name}
    return subprocess.Popen(
        [sys.executable, "-m", "desk", "--root", str(root)], text=True, cwd=HOUSE,
        env=clean | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_its_address_is_told_first_and_it_answers_there(root: Path) -> None:
    process = start(root, REPLYMILL_DESK_PORT="0")
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.fullmatch(r"desk: (http://127\.0\.0\.1:\d+) \(process \d+\)\n", line)
        assert found is not None
        answer = httpx.get(f"{found[1]}/v1/models", timeout=60)
        assert answer.json()["data"][0]["id"] == "support-drafter"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        process.communicate()


def refusal(root: Path, monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    """The one line with which it does not start."""
    for name, value in {"REPLYMILL_DESK_PORT": "0", **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["desk", "--root", str(root)])
    with pytest.raises(SystemExit) as ended:
        main()
    line = str(ended.value.code)
    assert "\n" not in line
    assert "secret" not in line
    return line


def test_a_port_that_is_taken_is_one_clear_line(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start(root, REPLYMILL_DESK_PORT=str(port))
        said, complaint = process.communicate(timeout=60)
    assert (process.returncode, said) == (1, "")
    (line,) = complaint.splitlines()
    assert line.startswith(f"desk: 127.0.0.1:{port}: address already in use: ")
    assert "REPLYMILL_DESK_PORT" in line


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("REPLYMILL_DESK_PORT", "abc", "'abc' is no port"),
        ("REPLYMILL_DESK_PORT", "70000", "'70000' is no port"),
        ("REPLYMILL_DESK_PORT", "-1", "'-1' is no port"),
        ("REPLYMILL_FEEDBACK_URL", "me:secret@nowhere", "REPLYMILL_FEEDBACK_URL"),
        ("REPLYMILL_FEEDBACK_URL", "nodb://me:secret@nowhere/x", "REPLYMILL_FEEDBACK_URL"),
    ],
)
def test_a_setting_that_can_not_be_used_is_one_clear_line(
    root: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    line = refusal(root, monkeypatch, **{name: value})
    assert line.startswith(f"desk: {name}: ")
    assert said in line


def test_help_names_the_settings_and_loads_nothing_heavy() -> None:
    ask_help = (
        "import runpy, sys, json\nsys.argv = ['x', '--help']\n"
        "try:\n    runpy.run_module('desk', run_name='__main__')\n"
        "except SystemExit as end:\n"
        "    print(json.dumps([n for n in ('fastapi', 'sqlalchemy', 'polars', 'mlflow', 'torch')"
        " if n in sys.modules]), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask_help], capture_output=True, text=True, cwd=HOUSE
    )
    assert "REPLYMILL_DESK_PORT" in done.stdout
    assert json.loads(done.stderr) == []


def test_a_draft_that_may_outlast_the_desk_is_refused() -> None:
    with pytest.raises(ValueError, match="draft_seconds 30 is not below drain_seconds 30"):
        desk_params(draft_seconds=30, drain_seconds=30)
