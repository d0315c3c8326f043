"""Versions of `support-drafter` that are quick to make, in a real MLflow, and its real server.

Each drafter is packed as a registered one is. It answers with the reply to the nearest past ticket,
and all of its past replies are one text, which no other version has.
"""

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from drafter.index_files import open_index, write_index
from drafter.live import PSEUDONYMS_FILE
from drafter.spec import Parts, Spec, pack, prompt_digest
from drafter.tables import write_json
from drafter.versions import (
    CANDIDATE_TAG,
    DRAFTER_TAG,
    EVIDENCE,
    REQUIRED_EVIDENCE,
    REQUIRED_TAGS,
    folder_digest,
)
from tasks import leash
from tasks.paths import Paths
from tasks.servers.answers import answers
from tasks.servers.process import Server, start
from tasks.servers.up import mlflow_environment, mlflow_server
from tasks.tracking import ensure_store
from tests.guarded import make_index, make_rules

MODEL = "support-drafter"
TICKET: dict[str, Any] = {
    "messages": [{"role": "customer", "text": "How long do I have to return order 2?"}]
}


class Press:
    """Packs drafters that say who wrote, from one index that is built once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = open_index(make_index(folder / "index"))
        self.rules = make_rules(folder / "rules.yaml")

    def pack(self, text: str) -> Path:
        """A packed drafter whose every draft is `text`."""
        work = self.folder / f"packed-{time.monotonic_ns()}"
        index = self.index
        index.solved_tickets = index.solved_tickets.with_columns(pl.lit(text).alias("reply"))
        write_index(work / "index", index, {})
        spec = Spec("nearest", "nearest", False, 3, 12, 8, prompt_digest())
        parts = Parts(index=work / "index", rules=self.rules)
        folder = pack(spec, parts, work / "drafter")
        pseudonyms = {"order_patterns": ["MB-[0-9]{6}"], "default_region": "US", "keep": []}
        write_json(folder / PSEUDONYMS_FILE, pseudonyms)
        shutil.rmtree(work / "index")
        return folder


@dataclass(frozen=True)
class Published:
    """Makes versions in the registry at `uri`, and knows what each of them writes."""

    uri: str
    press: Press
    experiment: str = "0"
    says: dict[str, str] = field(default_factory=dict)
    """By number."""

    @property
    def client(self) -> Any:
        from drafter.mlflow_client import settle_mlflow_client

        settle_mlflow_client()
        from mlflow import MlflowClient

        return MlflowClient(self.uri, self.uri)

    def version(
        self,
        packed: Path | None = None,
        without: tuple[str, ...] = (),
        evidence: tuple[str, ...] = REQUIRED_EVIDENCE,
        **tags: str,
    ) -> str:
        """A new version with the drafter `packed`, or with one of its own; gives its number."""
        client = self.client
        if not self.says:
            client.create_registered_model(MODEL)
        text = f"Edition {len(self.says)}-{len(self.says)} wrote this."
        packed = packed or self.press.pack(text)
        run = client.create_run(self.experiment).info
        for name in evidence:
            client.log_text(run.run_id, "{}", f"{EVIDENCE}/{name}")
        client.log_artifacts(run.run_id, str(packed), "model/artifacts/drafter")
        told = dict.fromkeys(REQUIRED_TAGS, "told")
        told |= {CANDIDATE_TAG: "nearest", DRAFTER_TAG: folder_digest(packed)}
        told |= {f"replymill.{name}": value for name, value in tags.items()}
        told = {name: value for name, value in told.items() if name not in without}
        source = f"{run.artifact_uri}/model"
        made = client.create_model_version(
            MODEL, source, run.run_id, tags=told, await_creation_for=0
        )
        self.says[str(made.version)] = text
        return str(made.version)

    def promote(self, number: str, alias: str = "champion") -> None:
        """What a person does in MLflow's UI."""
        self.client.set_registered_model_alias(MODEL, alias, number)


@contextmanager
def publishing(root: Path, count: int) -> Iterator[Published]:
    """A registry under `root` with so many versions, all of them whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        experiment = ensure_store(Paths(root))
        uri = f"sqlite:///{root / 'var/mlflow/mlflow.db'}"
        published = Published(uri, Press(root / "press"), experiment)
        numbers = [published.version() for _ in range(count)]
        assert numbers == [str(number) for number in range(1, count + 1)]
        yield published


@contextmanager
def mlflow_up(root: Path, port: int, webhooks: bool = True) -> Iterator[Server]:
    """MLflow's server as `make up` starts it, over the store of `root`."""
    (root / "var/mlflow").mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", *mlflow_server(root, port)]
    environment = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    environment |= mlflow_environment(root) if webhooks else {}
    server = start(root, "mlflow", command, environment)
    try:
        until(lambda: answers(f"http://127.0.0.1:{port}/health"), 120, server)
        yield server
    finally:
        leash.end(server.process)


def until(holds: Any, seconds: float = 60.0, server: Server | None = None) -> float:
    """Wait until `holds()`; gives the seconds that it took."""
    started = time.monotonic()
    while not holds():
        if server:
            server.check()
        assert time.monotonic() < started + seconds, "it took too long"
        time.sleep(0.02)
    return time.monotonic() - started
