"""MLflow's webhook at the desk: who may say that something moved, and what is told to MLflow."""

import base64
import hashlib
import hmac
import json
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from desk.errors import BadSignature
from desk.serving.registry import Registry
from desk.serving.webhook import SECONDS_FRESH, Delivery, Webhook
from drafter.secret_file import secret_in
from tests.desks import FINE, beside, desk_client

MOVED = {"entity": "model_version_alias", "action": "created", "data": {"alias": "champion"}}


def signed(secret: str, body: bytes, at: float, delivery: str = "d-1") -> dict[str, str]:
    """The headers that MLflow sends."""
    stamp = str(int(at))
    text = f"{delivery}.{stamp}.".encode() + body
    digest = hmac.new(secret.encode(), text, hashlib.sha256).digest()
    return {
        "X-MLflow-Delivery-Id": delivery,
        "X-MLflow-Timestamp": stamp,
        "X-MLflow-Signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def post(desk: TestClient, body: bytes, headers: dict[str, str]) -> Any:
    return desk.post("/hooks/mlflow", content=body, headers=headers)


def looked(desk: TestClient) -> bool:
    """Whether the champion was told to look; forgotten with the answer."""
    champion = desk.app.state.desk.champion  # type: ignore[attr-defined]
    told = bool(champion._look.is_set())
    champion._look.clear()
    return told


def test_what_mlflow_signed_makes_the_desk_look_once(tmp_path: Path) -> None:
    with desk_client(tmp_path) as desk:
        body = json.dumps(MOVED).encode()
        secret = secret_in(tmp_path / "webhook-secret", lambda: "of the test")
        headers = signed(secret, body, time.time())
        assert post(desk, body, headers).status_code == 202
        assert looked(desk)
        again = post(desk, body, headers)
        assert (again.status_code, looked(desk)) == (401, False)
        assert again.json() == {"detail": "the delivery came before"}
        assert post(desk, body, signed(secret, body, time.time(), "d-2")).status_code == 202


def test_the_challenger_looks_as_well(tmp_path: Path) -> None:
    more = {"challenger": FINE, "challenger_params": beside("shadow")}
    with desk_client(tmp_path, **more) as desk:
        body = json.dumps(MOVED | {"data": {"alias": "challenger"}}).encode()
        secret = secret_in(tmp_path / "webhook-secret", lambda: "of the test")
        assert post(desk, body, signed(secret, body, time.time())).status_code == 202
        assert desk.app.state.desk.challenger._look.is_set()  # type: ignore[attr-defined]


def test_what_somebody_else_sent_is_refused(tmp_path: Path) -> None:
    with desk_client(tmp_path) as desk:
        body = json.dumps(MOVED).encode()
        secret = secret_in(tmp_path / "webhook-secret", lambda: "of the test")
        good = signed(secret, body, time.time())
        forged = [
            (body, {}),
            (body, {name: value for name, value in good.items() if "Id" not in name}),
            (body, signed("another secret", body, time.time())),
            (body.replace(b"champion", b"challenger"), good),
            (body, good | {"X-MLflow-Delivery-Id": "d-9"}),
            (body, good | {"X-MLflow-Timestamp": "1"}),
            (body, good | {"X-MLflow-Signature": "v1,not base64"}),
            (body, good | {"X-MLflow-Signature": good["X-MLflow-Signature"].removeprefix("v1,")}),
            (body, signed(secret, body, time.time() - SECONDS_FRESH - 5)),
            (body, signed(secret, body, time.time() + SECONDS_FRESH + 5)),
        ]
        for sent, headers in forged:
            assert post(desk, sent, headers).status_code == 401
            assert not looked(desk)
        assert post(desk, body, good).status_code == 202, "no forgery used up its delivery"


def test_a_delivery_is_remembered_for_as_long_as_it_is_fresh_and_no_longer(
    tmp_path: Path,
) -> None:
    webhook = Webhook("http://127.0.0.1:4400/hooks/mlflow", tmp_path / "secret")
    secret = secret_in(tmp_path / "secret", lambda: "of the test")
    for number in range(50):
        at = 1e9 + 100 * number
        headers = signed(secret, b"{}", at, f"d-{number}")
        delivery = Delivery(*headers.values(), b"{}")
        webhook.verify(delivery, at)
        with pytest.raises(BadSignature):
            webhook.verify(delivery, at + SECONDS_FRESH)
    assert len(webhook._seen) <= 2 * SECONDS_FRESH / 100 + 1


def test_a_secret_is_made_once_and_its_owner_alone_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "run/secret"
    assert secret_in(path, lambda: "the first") == "the first"
    path.chmod(0o644)
    assert secret_in(path, lambda: "the second") == "the first"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret"]


@pytest.mark.parametrize("uri", ["sqlite:///nowhere.db", "https://mlflow.example"])
def test_no_webhook_is_asked_of_a_registry_that_can_not_reach_the_desk(
    tmp_path: Path, uri: str
) -> None:
    webhook = Webhook("http://127.0.0.1:4400/hooks/mlflow", tmp_path / "secret")
    webhook.keep(Registry(uri))
    assert webhook.state.startswith("none: no MLflow server that reaches this desk")
    assert not (tmp_path / "secret").exists()
