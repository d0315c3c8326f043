"""A small company whose customer Una (C-00002) asks to be forgotten: everything that a mill, a desk
and MLflow keep of her, made in seconds by real DVC, SQLite and MLflow.

exports/tickets.csv ── first ── data/retrieved, reports/decision.html ── learn ── models/sft
"""

import atexit
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from desk.store.engine import open_engine
from desk.store.feedback import FeedbackStore
from desk.traces import Traces
from drafter.index_files import open_index, write_index
from drafter.tables import write_json, write_text
from drafter.versions import DRAFTER_TAG, EVIDENCE
from tasks.customer_key import customer_key
from tasks.feedback.rows import COLUMNS as FEEDBACK
from tasks.feedback.snapshot import as_csv
from tasks.paths import Paths
from tasks.repro import stage_environment
from tasks.tracking import ensure_store
from tests.forgetting import AMY, COLUMNS, HEADER, JO, UNA
from tests.ingesting import table
from tests.promoting import MODEL, Press, Published
from tests.stores import DRAFT, TICKET

REPOSITORY = Path(__file__).parents[1]
WORDS = "lonely curlew"
SENT = "We know that lonely curlew well and send you a quieter kettle"
# A reply to Una that says what only she was told, as the index keeps it.
TOLD = "Edition for Una alone: we mended your whistling kettle with a drop of oil"

STAGE = """
import csv, hashlib, json, pathlib, sys
import pyarrow as pa, pyarrow.parquet as pq
root = pathlib.Path()
if sys.argv[1] == "first":
    if (root / "hold").exists():
        import time; time.sleep(300)
    rows = list(csv.DictReader((root / "exports/tickets.csv").open(newline="", encoding="utf-8")))
    for split, some in {"train": rows, "val": rows[:1]}.items():
        path = root / f"data/retrieved/{split}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        told = [
            {"ticket_id": row["id"], "messages": [{"text": row["question"]}],
             "reply": row["answer"]}
            for row in some
        ]
        pq.write_table(pa.Table.from_pylist(told), path)
    quotes = "".join(f"<p>{row['question']}</p>" for row in rows)
    (root / "reports").mkdir(exist_ok=True)
    (root / "reports/decision.html").write_text(quotes)
else:
    lessons = (root / "data/retrieved/train.parquet").read_bytes()
    (root / "models/sft").mkdir(parents=True, exist_ok=True)
    (root / "models/sft/adapter_model.safetensors").write_text(hashlib.sha256(lessons).hexdigest())
"""
DVC_YAML = """
stages:
  first:
    cmd: python stage.py first
    deps: [stage.py, exports, data/feedback]
    outs: [data/retrieved/train.parquet, data/retrieved/val.parquet, reports/decision.html]
  learn:
    cmd: python stage.py learn
    deps: [stage.py, data/retrieved/train.parquet]
    outs: [models/sft]
"""


def make_company(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the company to `root`, which must not be there yet."""
    for name in ("MLFLOW_TRACKING_URI", "REPLYMILL_FEEDBACK_URL"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(_template(), root)
    _moved(root, str(_template()))
    return root


@cache
def _template() -> Path:
    folder = tempfile.mkdtemp(prefix="forgetting-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    root = Path(folder) / "company"
    (root / "exports/policies").mkdir(parents=True)
    (root / "exports/tickets.csv").write_text(HEADER + JO + UNA + AMY, newline="")
    (root / "exports/policies/returns.md").write_text("# Returns\n\nWithin 30 days.\n")
    (root / "stage.py").write_text(STAGE)
    (root / "dvc.yaml").write_text(DVC_YAML)
    _params(root)
    dvc(root, "init", "-q", "--no-scm")
    _snapshot(root)
    dvc(root, "repro", "-q")
    write_json(Paths(root).duration("first"), {"seconds": 90.0})
    _versions(root)
    _desk(root)
    _pages(root)
    return root


def _params(root: Path) -> None:
    values: dict[str, Any] = yaml.safe_load((REPOSITORY / "params.yaml").read_text())
    values["ingest"] |= {
        "watch": "exports",
        "feedback": "data/feedback",
        "tickets": [table("exports/tickets.csv", columns=COLUMNS)],
    }
    values["ingest"]["policies"][0]["path"] = "exports/policies"
    (root / "params.yaml").write_text(yaml.safe_dump(values))


def _versions(root: Path) -> None:
    """1 learned and serves, 2 learned and is the challenger, 3 only holds a solved ticket."""
    experiment = ensure_store(Paths(root))
    press = Press(root / "var/press")
    published = Published(f"sqlite:///{root / 'var/mlflow/mlflow.db'}", press, experiment)
    for adapter in (True, True, False):
        packed = _packed(press)
        if adapter:
            shutil.copytree(root / "models/sft", packed / "adapter")
        number = published.version(packed)
        client = published.client
        made = client.get_model_version(MODEL, number)
        client.log_artifact(made.run_id, str(root / "dvc.lock"), EVIDENCE)
        page = (root / "reports/decision.html").read_text()
        client.log_text(made.run_id, page, f"{EVIDENCE}/decision.html")
        client.log_text(
            made.run_id, json.dumps({"said": [page, "more"]}), f"{EVIDENCE}/decision.json"
        )
    published.promote("1")
    published.client.set_registered_model_alias(MODEL, "challenger", "2")
    shutil.rmtree(root / "var/press")
    _kept(root, published.client)


def _packed(press: Press) -> Path:
    """A drafter whose index has a solved ticket of Una's among others'."""
    packed = press.pack("It is on its way to you")
    index = open_index(packed / "index")
    theirs = pl.when(pl.col("ticket_id") == "T-2").then(pl.lit(TOLD)).otherwise("reply")
    index.solved_tickets = index.solved_tickets.with_columns(reply=theirs)
    write_index(packed / "index", index, {})
    return packed


def _kept(root: Path, client: Any) -> None:
    """What the desk keeps of the two that served last."""
    good = []
    for number in ("1", "2"):
        made = client.get_model_version(MODEL, number)
        folder = Path(made.source.removeprefix("file://")) / "artifacts/drafter"
        digest = made.tags[DRAFTER_TAG]
        shutil.copytree(folder, root / f"var/desk/models/{number}-{digest[:16]}")
        good.append({"version": number, "candidate": "nearest", "digest": digest})
    write_text(root / "var/desk/models/last_good.json", json.dumps(good))
    # the second drafted beside the first before it served
    beside = root / "var/desk/challenger"
    name = f"2-{good[1]['digest'][:16]}"
    shutil.copytree(root / "var/desk/models" / name, beside / name)
    write_text(beside / "last_good.json", json.dumps(good[1:]))


def _desk(root: Path) -> None:
    """A draft for Una and one for Jo, answered, and both as traces."""
    engine = open_engine(f"sqlite:///{root / 'var/desk/feedback.db'}")
    store = FeedbackStore(engine)
    traces = Traces(f"sqlite:///{root / 'var/mlflow/mlflow.db'}")
    for who, text in {
        "C-00002": f"It whistles like a {WORDS}, please",
        "C-00001": "Where is it?",
    }.items():
        ticket = {"customer": who, "external_id": f"HD-{who}", "subject": None, "placeholders": {},
                  "names": [], "messages": [{"role": "customer", "text": text}]}  # fmt: skip
        draft = store.add_draft(TICKET | ticket, DRAFT | {"messages": [text], "subject": ""})
        traces.drafted(store.draft(draft))
        told = {"action": "edited", "sent": SENT if who == "C-00002" else "On its way"}
        traces.told(draft, store.add_outcome(draft, told, None), told)
    traces.close(60)
    assert traces.dropped == 0
    engine.dispose()


def _snapshot(root: Path) -> None:
    """What agents made of drafts, as `make feedback` writes it and DVC tracks it."""
    row = dict.fromkeys(FEEDBACK, "") | {"created_at": "2026-03-04T09:00:00+00:00"}
    said = json.dumps([{"role": "customer", "text": f"It whistles like a {WORDS} at night"}])
    theirs = {"ticket_id": "HD-9", "thread_id": "HD-9", "customer": customer_key("C-00002"),
              "messages": said, "draft": SENT, "reply": SENT}  # fmt: skip
    others = {"ticket_id": "HD-8", "thread_id": "HD-8", "customer": customer_key("C-00001"),
              "messages": said.replace(WORDS, "train"), "reply": "On its way"}  # fmt: skip
    snapshot = Paths(root).snapshot("data/feedback")
    write_text(snapshot, as_csv([row | others, row | theirs]))
    dvc(root, "add", "-q", "data/feedback/desk.csv")


def _pages(root: Path) -> None:
    """A page of a run, as Prefect keeps it."""
    (root / "var/prefect").mkdir()
    connection = sqlite3.connect(root / "var/prefect/prefect.db")
    connection.execute("create table artifact (id text, data text)")
    quotes = [("1", f"as in: whistles like a {WORDS} at four in the morning"), ("2", "of others")]
    connection.executemany("insert into artifact values (?, ?)", quotes)
    connection.commit()
    connection.close()


def _moved(root: Path, before: str) -> None:
    """MLflow notes where artifacts lie by whole paths."""
    connection = sqlite3.connect(root / "var/mlflow/mlflow.db")
    tables = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
    for (name,) in tables:
        for column in connection.execute(f'pragma table_info("{name}")').fetchall():
            if column[2].upper().startswith(("VARCHAR", "TEXT")):
                connection.execute(
                    f'update "{name}" set "{column[1]}" = replace("{column[1]}", ?, ?) '
                    f'where "{column[1]}" like ?',
                    (before, str(root), f"%{before}%"),
                )
    connection.commit()
    connection.close()


def dvc(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments], cwd=root, env=stage_environment(),
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def contents(root: Path) -> dict[str, bytes]:
    """Every file, but SQLite's own beside a database that somebody reads, and locks."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
        and not path.name.endswith(("-shm", "-wal", ".lock"))
        and not path.is_relative_to(root / ".dvc/tmp")
    }
