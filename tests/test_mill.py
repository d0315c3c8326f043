"""The whole mill, once, on the sample company with canaries in it: minutes, so in the slow tier."""

import csv
import json
import subprocess
import venv
from pathlib import Path

import polars as pl
import pytest

from drafter.tables import read_json
from tests.canaries import ORDER_PATTERN, Canary, canaries, sightings
from tests.checkout import make_checkout, python

# Where personal data may be: the user's own files, and what was read from them before curation.
RAW = ("data/sample", "data/ingested", "data/validated")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

SERVED = """
import json, sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
model = mlflow.pyfunc.load_model("models:/support-drafter@challenger")
tickets = json.load(open(sys.argv[2]))
print(json.dumps([[draft.text, draft.reason] for draft in model.predict(tickets)]))
"""


def plant_in_csv(path: Path, birds: list[Canary]) -> None:
    """Write each canary into a letter, a reply or a draft; a name also names the customer."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    usable = [row for row in rows if row["message"] and row["reply"]]
    for number, bird in enumerate(birds):
        row = usable[number * len(usable) // len(birds)]
        if bird.kind == "NAME":
            row["customer_name"] = bird.value
            row["message"] += f"\n\nYours, {bird.value}"
        elif number % 2 and "draft" in row:
            row["draft"] += f"\n\nWe noted {bird.value} for you."
        elif number % 2:
            row["reply"] += f"\n\nWe noted {bird.value} for you."
        else:
            row["message"] += f"\n\nThis is {bird.value}, as I wrote before."
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def birds() -> list[Canary]:
    return canaries(200)


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory, birds: list[Canary]) -> Path:
    """A checkout in which the flow has run; what it printed is in run.log."""
    root = make_checkout(tmp_path_factory.mktemp("mill"))
    plant_in_csv(root / "data/sample/tickets.csv", birds[:150])
    plant_in_csv(root / "data/sample/feedback.csv", birds[150:])
    preset = {"curate": {"pseudonyms": {"order_patterns": ["MB-[0-9]{6}", ORDER_PATTERN]}}}
    (root / "canaries.yaml").write_text(json.dumps(preset))
    used = python(root, "-m", "tasks.use", "canaries.yaml")
    assert used.returncode == 0, used.stderr
    done = python(root, "-m", "flows.train")
    (root / "run.log").write_text(done.stdout + done.stderr)
    assert done.returncode == 0, done.stderr[-3000:]
    return root


def test_the_run_ends_with_the_decision_and_the_version(mill: Path) -> None:
    log = (mill / "run.log").read_text()
    assert "support-drafter" in log
    for candidate in ("nearest", "base", "rag", "sft", "sft-rag"):
        assert candidate in log


def test_afterwards_dvc_finds_nothing_to_do(mill: Path) -> None:
    assert "up to date" in python(mill, "-m", "dvc", "status").stdout
    assert "Running stage" not in python(mill, "-m", "dvc", "repro").stdout


def test_no_canary_is_found_in_what_was_made(mill: Path, birds: list[Canary]) -> None:
    assert sightings(mill / "data/ingested", birds), "the canaries were never planted"
    places = [path for path in mill.iterdir() if path.name in ("models", "reports", "var")]
    places += [path for path in (mill / "data").iterdir() if f"data/{path.name}" not in RAW]
    for place in places:
        if place.is_dir():
            assert sightings(place, birds) == []
    log = (mill / "run.log").read_text().lower()
    assert [bird.value for bird in birds if bird.value.lower() in log] == []


def test_the_policy_change_shows_in_the_drafts(mill: Path) -> None:
    """What training memorised is out of date on the newest tickets; the clause in force is not."""
    after = read_json(mill / "reports/scorecard.json")["slices"]["after_policy_change"]
    same = {name: cells["facts_agree"] for name, cells in after["candidates"].items()}
    voice = {name: cells["chrf"] for name, cells in after["candidates"].items()}
    assert same["rag"]["low"] > same["sft"]["high"]
    assert same["sft-rag"]["low"] > same["sft"]["high"]
    assert same["sft-rag"]["low"] > same["nearest"]["high"]
    assert voice["sft-rag"]["low"] > voice["rag"]["high"]


def test_told_twice_register_makes_one_version(mill: Path) -> None:
    again = python(mill, "-m", "tasks.register")
    assert again.stdout.strip().splitlines()[-1] == "models:/support-drafter/1"


def test_a_clean_environment_drafts_what_was_evaluated(
    mill: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clean = tmp_path_factory.mktemp("clean")
    requirements = next((mill / "var/mlflow").rglob("requirements.txt"))
    venv.create(clean / "venv", with_pip=True)
    pip = [str(clean / "venv/bin/python"), "-m", "pip", "install", "--quiet", "-r"]
    subprocess.run([*pip, str(requirements)], check=True)

    recommended = read_json(mill / "reports/decision.json")["recommended"]
    holdout = pl.read_parquet(mill / "data/curated/holdout.parquet").head(10)
    tickets = [
        {
            "subject": row["subject"],
            "messages": [{"role": m["role"], "text": m["text"]} for m in row["messages"]],
            "at": row["created_at"].isoformat(),
            "topic": row["topic"],
        }
        for row in holdout.iter_rows(named=True)
    ]
    (clean / "tickets.json").write_text(json.dumps(tickets))
    (clean / "served.py").write_text(SERVED)
    uri = f"sqlite:///{mill / 'var/mlflow/mlflow.db'}"
    served = subprocess.run(
        [str(clean / "venv/bin/python"), "served.py", uri, "tickets.json"],
        cwd=clean,
        check=True,
        capture_output=True,
        text=True,
    )
    drafts = pl.read_parquet(mill / f"data/drafts/{recommended}.parquet")
    evaluated = holdout.join(drafts, on="ticket_id", how="left", maintain_order="left")
    # what the guard holds back is evaluated, and never served
    expected = [
        ["" if row["abstained"] else row["text"], row["reason"]]
        for row in evaluated.iter_rows(named=True)
    ]
    assert json.loads(served.stdout.splitlines()[-1]) == expected
