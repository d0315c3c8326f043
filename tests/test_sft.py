"""Stage sft from table to adapter, killed and not, with MLflow and without."""

import hashlib
import json
import shutil
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from drafter.base_model import load_adapter, load_base, using_adapter
from drafter.errors import BadInput
from drafter.records import RETRIEVED
from drafter.tables import write_table
from tasks.paths import Paths
from tasks.sft.run import run
from tasks.training.checkpoints import folder_for, last_complete, mark_complete
from tasks.training.report import training_rows
from tests.factories import retrieved, retrieved_table
from tests.killing import NOWHERE, kill, start, wait_for, wait_for_a_newer_checkpoint
from tests.sft_root import make_root


def results(paths: Paths) -> dict[str, str]:
    """The hash of each file that must come out the same every time."""
    files = [*sorted(paths.sft.iterdir()), *sorted((paths.root / "reports/training").iterdir())]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> None:
    """MLflow is somewhere that does not answer; a store of its own would take seconds to make."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", NOWHERE)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """A run that nothing disturbed, with MLflow's own SQLite store."""
    params, paths = make_root(tmp_path_factory.mktemp("undisturbed"))
    run(params, paths)
    return paths


def rows_of(paths: Paths) -> list[dict[str, Any]]:
    lines = paths.report("training/sft.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_training_lowers_the_loss_and_reports_a_row_a_step(trained: Paths) -> None:
    rows = rows_of(trained)

    assert [row["step"] for row in rows] == [2, 4, 6, 8, 10, 12]
    assert rows[-1]["loss"] < rows[0]["loss"]
    assert [row["step"] for row in rows if row["eval_loss"] is not None] == [4, 8, 12]
    assert rows[-1]["eval_loss"] < rows[1]["eval_loss"]
    assert [row["tokens"] for row in rows] == sorted({row["tokens"] for row in rows})


def test_dvc_can_plot_the_loss_without_gaps(trained: Paths) -> None:
    table = pl.read_csv(trained.report("training/sft.csv"))

    assert table["loss"].null_count() == 0
    assert table["eval_loss"].null_count() == 1  # before the first look
    assert table["eval_loss"][1] == table["eval_loss"][2] == rows_of(trained)[1]["eval_loss"]


def test_the_adapter_works_over_its_base_and_changes_what_it_says(trained: Paths) -> None:
    import torch

    base = load_base(trained.base)
    load_adapter(base, trained.sft, "sft")
    ids = torch.tensor([[3, 40, 41, 1, 4]])
    with torch.no_grad():
        with using_adapter(base, "sft") as model:
            tuned = model(ids).logits
        with using_adapter(base, None) as model:
            bare = model(ids).logits

    assert not torch.allclose(tuned, bare)


def test_no_path_of_this_machine_is_in_what_is_shared(trained: Paths) -> None:
    for path in [*trained.sft.iterdir(), *(trained.root / "reports").rglob("*.json*")]:
        assert str(trained.root).encode() not in path.read_bytes(), path.name


def test_mlflow_holds_the_loss_and_no_word_of_a_ticket(trained: Paths) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{trained.var / 'mlflow/mlflow.db'}")
    experiment = client.get_experiment_by_name("replymill")
    assert experiment is not None
    [found] = client.search_runs([experiment.experiment_id])

    losses = client.get_metric_history(found.info.run_id, "loss")
    assert [metric.step for metric in losses] == [2, 4, 6, 8, 10, 12]
    assert found.data.metrics["tokens_per_second"] > 0
    assert found.data.params["lora.rank"] == "4"
    assert found.info.status == "FINISHED"
    store = (trained.var / "mlflow/mlflow.db").read_bytes()
    assert b"days to send it back" not in store


def test_told_again_it_finds_the_work_done(trained: Paths) -> None:
    params, _ = make_root(trained.root)
    before = results(trained)
    shutil.rmtree(trained.sft)
    run(params, trained)

    assert results(trained) == before


def test_killed_while_it_writes_a_checkpoint_it_ends_as_if_undisturbed(
    trained: Paths, tmp_path: Path, away: None
) -> None:
    params, paths = make_root(tmp_path)
    process = start("sft", paths)
    # the second checkpoint is there and not complete, or only just
    wait_for(process, lambda: any(paths.checkpoints("sft").glob("*/checkpoint-8/*")))
    kill(process)
    assert not paths.sft.exists()

    run(params, paths)
    assert results(paths) == results(trained)


@pytest.mark.slow
def test_killed_ten_times_at_random_it_ends_as_if_undisturbed(tmp_path: Path, away: None) -> None:
    import random

    changes = {"epochs": 48, "max_steps": None, "checkpoint_every": 2}
    params, undisturbed = make_root(tmp_path / "undisturbed", **changes)
    run(params, undisturbed)
    _, paths = make_root(tmp_path / "killed", **changes)
    draw = random.Random(5)
    for _ in range(10):
        process = start("sft", paths)
        wait_for_a_newer_checkpoint("sft", paths, process)
        time.sleep(draw.uniform(0, 0.5))
        assert process.poll() is None, "it was over before it could be killed"
        kill(process)

    run(params, paths)
    assert results(paths) == results(undisturbed)


def test_without_mlflow_training_goes_on_and_says_so(
    tmp_path: Path, trained: Paths, away: None, capsys: pytest.CaptureFixture[str]
) -> None:
    params, paths = make_root(tmp_path)
    run(params, paths)

    told = capsys.readouterr().err
    assert told.count(f"MLflow at {NOWHERE} is away") == 1
    assert "sft goes on without it" in told
    assert results(paths) == results(trained)


def test_a_padded_run_learns_too(tmp_path: Path, away: None) -> None:
    params, paths = make_root(tmp_path, batching="grouped", max_steps=4)
    run(params, paths)

    assert [row["step"] for row in rows_of(paths)] == [2, 4]


def test_without_val_there_is_no_eval_loss(tmp_path: Path, away: None) -> None:
    params, paths = make_root(tmp_path, max_steps=2)
    write_table(paths.retrieved("val"), retrieved_table([]), RETRIEVED)
    run(params, paths)

    assert [row["eval_loss"] for row in rows_of(paths)] == [None]


def test_no_tickets_stop_it_with_the_remedy(tmp_path: Path) -> None:
    params, paths = make_root(tmp_path)
    write_table(paths.retrieved("train"), retrieved_table([]), RETRIEVED)

    with pytest.raises(BadInput, match=r"holds no tickets: see reports/curation\.json"):
        run(params, paths)


def test_checkpoints_of_other_tickets_are_not_gone_on_from(tmp_path: Path, away: None) -> None:
    params, paths = make_root(tmp_path, max_steps=4)
    run(params, paths)
    [first] = folders(paths)
    rows = [retrieved(number, reply="Otherwise.") for number in range(40)]
    write_table(paths.retrieved("train"), retrieved_table(rows), RETRIEVED)
    run(params, paths)

    [second] = folders(paths)
    assert second != first


@pytest.mark.parametrize("harm", ["no marker", "a file is gone", "a file is cut", "marker is cut"])
def test_a_checkpoint_that_is_not_whole_counts_for_nothing(harm: str, tmp_path: Path) -> None:
    folder = folder_for(tmp_path, "digest")
    for step in (2, 4):
        checkpoint = folder / f"checkpoint-{step}"
        checkpoint.mkdir()
        (checkpoint / "optimizer.pt").write_bytes(b"state")
        mark_complete(checkpoint, seconds=1.0)
    newest = folder / "checkpoint-4"
    assert last_complete(folder) == newest
    {
        "no marker": lambda: (newest / "complete.json").unlink(),
        "a file is gone": lambda: (newest / "optimizer.pt").unlink(),
        "a file is cut": lambda: (newest / "optimizer.pt").write_bytes(b"stat"),
        "marker is cut": lambda: (newest / "complete.json").write_text('{"files'),
    }[harm]()

    assert last_complete(folder) == folder / "checkpoint-2"
    assert not newest.exists()


def test_two_checkpoints_are_kept(tmp_path: Path) -> None:
    folder = folder_for(tmp_path, "digest")
    for step in (2, 4, 10):
        checkpoint = folder / f"checkpoint-{step}"
        checkpoint.mkdir()
        mark_complete(checkpoint, seconds=1.0)

    assert {path.name for path in folder.iterdir()} == {"checkpoint-4", "checkpoint-10"}


def test_the_report_holds_no_times() -> None:
    history = [
        {"step": 2, "loss": 1.0, "learning_rate": 0.1, "tokens": 5, "grad_norm": 2.0},
        {"step": 2, "eval_loss": 0.9, "tokens": 5, "eval_runtime": 3.2},
    ]

    assert training_rows(history) == [
        {"step": 2, "loss": 1.0, "eval_loss": 0.9, "learning_rate": 0.1, "tokens": 5}
    ]


def folders(paths: Paths) -> list[str]:
    return [path.name for path in paths.checkpoints("sft").iterdir() if path.is_dir()]
