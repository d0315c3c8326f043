"""A real desk that fails in many ways tells none of its secrets, and calls nobody elsewhere."""

import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tasks.paths import Paths
from tasks.tracking import ensure_store
from tests.live_drafters import HOUSE
from tests.promoting import TICKET, Press, Published

PLANTED = {
    "REPLYMILL_DESK_TOKEN": "planted-desk-token",
    "REPLYMILL_CHATWOOT_SECRET": "planted-chatwoot-secret",
    "REPLYMILL_CHATWOOT_BOT_TOKEN": "planted-bot-token",
    "REPLYMILL_CHATWOOT_TOKEN": "planted-chatwoot-token",
    "REPLYMILL_ZENDESK_SECRET": "planted-zendesk-secret",
    "REPLYMILL_ZENDESK_TOKEN": "planted-zendesk-token",
    "REPLYMILL_WEBHOOK_SECRET": "planted-webhook-secret",
    "ANTHROPIC_API_KEY": "planted-anthropic-key",
    "OPENAI_API_KEY": "planted-openai-key",
    "REPLYMILL_FEEDBACK_URL": "postgresql+psycopg://me:planted-store-password@127.0.0.1:1/desk",
    "MLFLOW_TRACKING_URI": "http://me:planted-mlflow-password@127.0.0.1:1",
}
BEARER = {"Authorization": f"Bearer {PLANTED['REPLYMILL_DESK_TOKEN']}"}
HELPDESKS = {
    "chatwoot: null": "chatwoot: {url: 'http://127.0.0.1:1', account: 1}",
    "zendesk: null": "zendesk: {url: 'http://127.0.0.1:1', email: agent@example.com}",
    "webhook: null": "webhook: {reply_to: ['http://127.0.0.1:1/x']}",
}


@dataclass
class Running:
    """A desk's process, and all that it has said once it has ended."""

    process: "subprocess.Popen[str]"
    address: str
    said: str = ""


def a_root(folder: Path) -> Path:
    params = (HOUSE / "params.yaml").read_text(encoding="utf-8")
    for plain, connected in HELPDESKS.items():
        assert plain in params
        params = params.replace(plain, connected)
    (folder / "params.yaml").write_text(params, encoding="utf-8")
    return folder


def start(root: Path, environment: dict[str, str], *before: str) -> "subprocess.Popen[str]":
    clean = {name: value for name, value in os.environ.items() if "REPLYMILL" not in name}
    return subprocess.Popen(
        [*before, sys.executable, "-m", "desk", "--root", str(root)], text=True, cwd=HOUSE,
        env=clean | {"REPLYMILL_DESK_PORT": "0"} | environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@contextmanager
def running(root: Path, environment: dict[str, str], *before: str) -> Iterator[Running]:
    process = start(root, environment, *before)
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"(http://\S+) \(process (\d+)\)", line)
    try:
        assert found is not None, process.stderr and process.stderr.read()
        desk = Running(process, found[1])
        yield desk
        os.kill(int(found[2]), signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        desk.said = line + out + err
    finally:
        process.kill()
        process.communicate()


def signed_nonsense(root: Path) -> tuple[dict[str, str], bytes]:
    """What MLflow would have signed, and no JSON: an error that nobody foresaw."""
    now, body = str(int(time.time())), b"{"
    secret = (root / "var/run/webhook-secret").read_text(encoding="ascii")
    signature = hmac.digest(secret.encode(), f"1.{now}.".encode() + body, hashlib.sha256)
    headers = {"X-MLflow-Delivery-Id": "1", "X-MLflow-Timestamp": now}
    return headers | {"X-MLflow-Signature": f"v1,{base64.b64encode(signature).decode()}"}, body


def test_a_desk_that_fails_in_many_ways_tells_none_of_its_secrets(tmp_path: Path) -> None:
    """Its store and its registry are away, helpdesks too; no version serves."""
    root = a_root(tmp_path)
    secret = root / "var/run/webhook-secret"
    secret.parent.mkdir(parents=True)
    secret.write_text("planted-mlflow-webhook-secret", encoding="ascii")
    with running(root, PLANTED) as desk, httpx.Client(base_url=desk.address, timeout=60) as caller:
        ticket, wrong = json.dumps(TICKET).encode(), {"Authorization": "Bearer wrong"}
        answers = [
            caller.request(method, path, headers=headers, content=body)
            for headers in (BEARER | {"Content-Type": "application/json"}, wrong, {})
            for method, path, body in (
                ("GET", "/health", b""),
                ("GET", "/metrics", b""),
                ("GET", "/openapi.json", b""),
                ("GET", "/docs", b""),
                ("GET", "/", b""),
                ("GET", "/nothing", b""),
                ("POST", "/v1/drafts", ticket),
                ("POST", "/v1/drafts", b"[" * 100_000),
                ("POST", "/v1/drafts", b"x" * 300_000),
                ("POST", "/v1/chat/completions", b"{}"),
                ("GET", "/v1/drafts/0", b""),
                ("POST", "/v1/drafts/0/outcome", b'{"action": "accepted"}'),
                ("POST", "/login", b"token=wrong"),
                ("POST", "/hooks/mlflow", b"{}"),
                ("POST", "/hooks/chatwoot", b"{}"),
                ("POST", "/hooks/zendesk", b"{}"),
                ("POST", "/hooks/webhook", b"{}"),
            )
        ]
        answers.append(caller.get("/", headers={"Host": "evil.example"}))
        answers.append(caller.post("/login", data={"token": PLANTED["REPLYMILL_DESK_TOKEN"]}))
        headers, body = signed_nonsense(root)
        answers.append(caller.post("/hooks/mlflow", headers=headers, content=body))
        assert answers[-1].status_code == 500
    told = [f"{one.status_code} {one.headers} {one.text}" for one in answers]
    assert {200, 401, 403, 404, 413, 500, 503} <= {one.status_code for one in answers}
    assert "JSONDecodeError" in desk.said
    assert "Traceback" not in desk.said
    assert "planted-" not in desk.said
    assert [one for one in told if "planted-" in one] == []
    written = [file for file in root.rglob("*") if file.is_file() and file != secret]
    assert [file for file in written if b"planted-" in file.read_bytes()] == []


@pytest.mark.parametrize(
    "broken",
    [
        {"REPLYMILL_FEEDBACK_URL": "nodb://me:planted-store-password@127.0.0.1/x"},
        {"REPLYMILL_ZENDESK_SECRET": ""},
        {"REPLYMILL_DESK_TOKEN": "planted-desk-token with a space"},
        {"REPLYMILL_DESK_HOST": "0.0.0.0", "REPLYMILL_DESK_TOKEN": ""},
    ],
    ids=str,
)
def test_a_desk_that_does_not_start_tells_none_either(
    tmp_path: Path, broken: dict[str, str]
) -> None:
    process = start(a_root(tmp_path), PLANTED | broken)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    (line,) = err.splitlines()
    assert line.startswith("desk: ")
    assert re.search("REPLYMILL_[A-Z_]+", line)
    assert "planted" not in out + err


CONNECT = re.compile(r"(?:connect|sendto|sendmsg)\(\d+.*?sa_family=AF_(\w+)(.*)")


def elsewhere(trace: str) -> list[str]:
    """The calls of a strace that go to another machine."""
    found = [(one[1], one[2]) for line in trace.splitlines() if (one := CONNECT.search(line))]
    return [
        f"{family}{rest}"
        for family, rest in found
        if family in ("INET", "INET6")
        and not re.search(r'inet_addr\("127\.|"::1"|"::ffff:127\.', rest)
    ]


def test_a_call_elsewhere_would_be_seen() -> None:
    line = 'connect(5, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("%s")}, 16) = 0'
    assert len(elsewhere(line % "1.2.3.4")) == 1
    assert elsewhere(line % "127.0.0.1") == []


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_desk_that_drafts_calls_nobody_but_its_own_machine(tmp_path: Path) -> None:
    """From its start on, with a version from a registry, to its end."""
    root, trace = tmp_path / "root", tmp_path / "trace"
    shutil.copytree(HOUSE / "mlflow", root / "mlflow")
    shutil.copy(HOUSE / "params.yaml", root)
    uri = f"sqlite:///{root / 'var/mlflow/mlflow.db'}"
    published = Published(uri, Press(tmp_path / "press"), ensure_store(Paths(root)))
    published.promote(published.version())
    before = ("strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o", str(trace))
    environment = {"MLFLOW_TRACKING_URI": published.uri}
    with running(root, environment, *before) as desk, httpx.Client(timeout=120) as caller:
        end = time.monotonic() + 120
        while caller.get(f"{desk.address}/health").status_code != 200:
            assert time.monotonic() < end, caller.get(f"{desk.address}/health").text
            time.sleep(0.5)
        draft = caller.post(f"{desk.address}/v1/drafts", json=TICKET).raise_for_status().json()
        assert draft["draft"] == published.says[draft["version"]]
        told = {"action": "accepted"}
        path = f"/v1/drafts/{draft['id']}/outcome"
        caller.post(f"{desk.address}{path}", json=told).raise_for_status()
        assert caller.get(f"{desk.address}/").status_code == 200
    assert trace.stat().st_size > 0
    assert elsewhere(trace.read_text()) == []
