"""A checkout with a champion, and a real feedback store filled with days as a test wants them."""

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert

from desk.store.engine import open_engine
from desk.store.tables import drafts, outcomes, tickets
from drafter.records import CURATED, POLICY
from drafter.tables import write_table
from drafter.versions import CANDIDATE_TAG, CHAMPION, EVIDENCE
from tasks.monitor.params import Params
from tasks.paths import Paths
from tests.factories import curated, curated_table, policy, policy_table

FIRST = date(2026, 3, 2)
MODEL = "support-drafter"
TOPICS = ("returns", "warranty", "repairs")
DRAFT = "Ahoy [NAME_1]! You may send it back within 30 days. Fair winds, Ann"
PARAMS: dict[str, Any] = {
    "monitor": {
        "alpha": 0.05,
        "alarms": ["acceptance", "edits", "abstention", "findings", "seconds"],
        "effect": 0.3,
        "baseline": 40,
        "baseline_days": 5,
        "least": 5,
        "draws": 99,
        "recent_days": 28,
        "embedder": "minilm",
        "embedder_sha256": None,
        "anchors": 20,
        "neighbours": 3,
    },
    "decide": {
        "missing": {
            "embedder": "minilm",
            "embedder_sha256": None,
            "near": 0.65,
            "similarity": 0.6,
            "shown": 30,
        }
    },
    "register": {"model": MODEL},
    "seed": 7,
}
Told = Callable[[int, np.random.Generator], dict[str, Any]]


def params(**monitored: Any) -> Params:
    return Params.from_values(PARAMS | {"monitor": PARAMS["monitor"] | monitored})


def question(number: int, topic: str) -> str:
    return f"How do {topic} work for the tent that I bought {number} weeks ago?"


def checkout(root: Path) -> Paths:
    """Training tickets and policies as the champion, version 1, has them in its evidence."""
    paths = Paths(root)
    rows = [
        curated(n, topic=TOPICS[n % 3], subject=None, question=question(n // 3 % 6, TOPICS[n % 3]))
        for n in range(120)
    ]
    write_table(paths.curated("train"), curated_table(rows), CURATED)
    write_table(paths.validated_policies, policy_table([policy(one) for one in TOPICS]), POLICY)
    (root / "params.yaml").write_text(json.dumps(PARAMS), encoding="utf-8")
    return paths


def give_champion(paths: Paths, number: int = 1) -> None:
    """Register versions up to `number`, with the hashes of the tables that are there now."""
    import yaml
    from mlflow import MlflowClient

    from tasks.tracking import ensure_store, tracking_uri

    experiment = ensure_store(paths)
    client = MlflowClient(tracking_uri(paths), tracking_uri(paths))
    run = client.create_run(experiment).info.run_id
    # as DVC writes it: curate's out is the folder, and index read these tables of it
    read = [
        {"path": file.relative_to(paths.root).as_posix(), "md5": md5(file)}
        for file in (paths.curated("train"), paths.validated_policies)
    ]
    stages = {
        "curate": {"outs": [{"path": "data/curated", "md5": f"{0:032x}.dir"}]},
        "index": {"deps": read, "outs": []},
    }
    lock = yaml.safe_dump({"schema": "2.0", "stages": stages})
    client.log_text(run, lock, f"{EVIDENCE}/dvc.lock")
    if number == 1:
        client.create_registered_model(MODEL)
    version = client.create_model_version(
        MODEL, f"runs:/{run}/model", run, tags={CANDIDATE_TAG: "dpo-rag"}
    )
    client.set_registered_model_alias(MODEL, CHAMPION, version.version)


def copied(template: Path, root: Path) -> Paths:
    """A checkout like the one at `template`, with its champion: MLflow's store takes seconds."""
    shutil.copytree(template, root, dirs_exist_ok=True)
    return Paths(root)


def md5(file: Path) -> str:
    return hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()


def plain(number: int, rng: np.random.Generator) -> dict[str, Any]:
    """A draft that three of four times is sent as it was."""
    if rng.random() < 0.75:
        return {"action": "accepted", "sent": DRAFT}
    return {"action": "edited", "sent": DRAFT.replace("Ahoy", "Hello").replace("Ann", "Bo")}


def worse(number: int, rng: np.random.Generator) -> dict[str, Any]:
    """A draft that three of four times is written anew."""
    if rng.random() < 0.25:
        return {"action": "accepted", "sent": DRAFT}
    return {"action": "edited", "sent": "No. The shop in York looks at it for 12 euros."}


def fill(
    paths: Paths,
    days: range,
    each: int,
    told: Told = plain,
    version: str = "1",
    first: date = FIRST,
    **fields: Any,
) -> None:
    """`each` drafts on each of `days` from `first` on; `fields` are of the draft or ticket.

    With `id_prefix`, beside what was filled before.
    """
    of_ticket = ("topic", "question", "external_id", "id_prefix")
    engine = open_engine(f"sqlite:///{paths.var / 'desk/feedback.db'}")
    rows: dict[Any, list[dict[str, Any]]] = {tickets: [], drafts: [], outcomes: []}
    for day in days:
        rng = np.random.default_rng([3, day])
        for number in range(each):
            at = datetime.combine(first + timedelta(days=day), time(9, tzinfo=UTC))
            at += timedelta(minutes=number)
            key = f"{fields.get('id_prefix', '')}{version}-{day}-{number}"
            topic = fields.get("topic", TOPICS[rng.integers(3)])
            text = fields.get("question") or question(int(rng.integers(6)), topic)
            rows[tickets].append(
                {
                    "id": key, "received_at": at, "source": "api", "customer": f"C-{key}",
                    "names": ["Jo Smith", "Ann"], "messages": [{"role": "customer", "text": text}],
                    "external_id": fields.get("external_id"), "topic": topic, "at": at,
                    "placeholders": {"[NAME_1]": "Jo Smith"},
                }
            )  # fmt: skip
            rows[drafts].append(
                {
                    "id": key, "ticket": key, "created_at": at, "role": "champion",
                    "version": version, "candidate": "dpo-rag", "subject": "", "messages": [text],
                    "text": DRAFT, "citations": [{"doc_id": topic}], "findings": [],
                    "abstained": False, "reason": None, "seconds": float(rng.lognormal(0, 0.3)),
                    "tokens_in": 100, "tokens_out": 20, "cost_usd": 0.001,
                    **{name: fields[name] for name in fields if name not in of_ticket},
                }
            )  # fmt: skip
            outcome = told(number, rng)
            if outcome:
                rows[outcomes].append(
                    {
                        "id": key, "draft": key, "created_at": at + timedelta(minutes=5),
                        "digest": "", "agent": f"A-{number % 3}", **outcome,
                    }
                )  # fmt: skip
    with engine.begin() as connection:
        for table, new in rows.items():
            if new:
                connection.execute(insert(table), new)
    engine.dispose()


def on_day(day: int) -> datetime:
    """The morning after day `day`, when it is whole."""
    return datetime.combine(FIRST + timedelta(days=day + 1), time(3, 15, tzinfo=UTC))
