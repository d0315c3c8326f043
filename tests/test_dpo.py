"""Stage dpo from pairs to adapter, killed and not, with MLflow and without."""

import hashlib
import json
import math
import shutil
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from drafter.base_model import load_adapter, load_base, using_adapter
from drafter.errors import BadInput, ModelUnavailable, UnsafeModel
from drafter.manifest import manifest_digest, verify_manifest, write_manifest
from tasks.dpo.run import run
from tasks.paths import Paths
from tests.dpo_root import make_root, pair, write_pairs
from tests.killing import NOWHERE, kill, start, wait_for, wait_for_a_newer_checkpoint
from tests.models import make_adapter
from tests.tiny_model import make_tiny_model


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(folder.iterdir())
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def results(paths: Paths) -> dict[str, str]:
    """The hash of each file that must come out the same every time."""
    return hashes(paths.dpo) | hashes(paths.root / "reports/training")


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
    lines = paths.report("training/dpo.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_training_tells_the_chosen_replies_from_the_rejected(trained: Paths) -> None:
    rows = rows_of(trained)

    assert [row["step"] for row in rows] == [2, 4, 6, 8, 10, 12]
    assert rows[-1]["loss"] < rows[0]["loss"]
    assert rows[-1]["reward_margin"] > rows[0]["reward_margin"]
    assert [row["step"] for row in rows if row["eval_loss"] is not None] == [4, 8, 12]
    assert rows[-1]["eval_loss"] < rows[1]["eval_loss"] < math.log(2)
    assert rows[-1]["eval_reward_accuracy"] == 1
    assert [row["tokens"] for row in rows] == sorted({row["tokens"] for row in rows})


def test_the_first_step_starts_from_ln_2_because_nothing_differs_from_sft_yet(
    tmp_path: Path, away: None
) -> None:
    params, paths = make_root(tmp_path, log_every=1, max_steps=4)
    run(params, paths)

    first = rows_of(paths)[0]
    assert first["loss"] == pytest.approx(math.log(2), abs=1e-6)
    assert first["reward_margin"] == pytest.approx(0, abs=1e-5)


def test_dvc_can_plot_loss_margin_and_accuracy_without_gaps(trained: Paths) -> None:
    table = pl.read_csv(trained.report("training/dpo.csv"))

    for name in ("loss", "reward_margin", "reward_accuracy"):
        assert table[name].null_count() == 0
        assert table[f"eval_{name}"].null_count() == 1  # before the first look


def test_the_adapter_works_over_its_base_and_is_neither_sfts_nor_none(trained: Paths) -> None:
    import torch

    base = load_base(trained.base)
    load_adapter(base, trained.sft, "sft")
    load_adapter(base, trained.dpo, "dpo")
    ids = torch.tensor([[3, 40, 41, 1, 4]])
    logits = []
    for name in ("dpo", "sft", None):
        with torch.no_grad(), using_adapter(base, name) as model:
            logits.append(model(ids).logits)

    assert not torch.allclose(logits[0], logits[1])
    assert not torch.allclose(logits[0], logits[2])


def test_models_dpo_holds_what_models_sft_holds_and_says_what_it_hangs_on(trained: Paths) -> None:
    assert set(hashes(trained.dpo)) == {
        "adapter_config.json",
        "adapter_model.safetensors",
        "manifest.json",
    }
    manifest = verify_manifest(trained.dpo, "train it again")
    assert manifest["base"] == load_base(trained.base).digest
    assert manifest["sft"] == manifest_digest(verify_manifest(trained.sft, "train it again"))


def test_sfts_own_adapter_is_left_as_it_was(tmp_path: Path, away: None) -> None:
    params, paths = make_root(tmp_path, max_steps=4)
    before = hashes(paths.sft)
    run(params, paths)

    assert hashes(paths.sft) == before


def test_no_path_of_this_machine_is_in_what_is_shared(trained: Paths) -> None:
    for path in [*trained.dpo.iterdir(), *(trained.root / "reports").rglob("*.json*")]:
        assert str(trained.root).encode() not in path.read_bytes(), path.name


def test_mlflow_holds_the_margins_and_no_word_of_a_reply(trained: Paths) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{trained.var / 'mlflow/mlflow.db'}")
    experiment = client.get_experiment_by_name("replymill")
    assert experiment is not None
    [found] = client.search_runs([experiment.experiment_id])

    margins = client.get_metric_history(found.info.run_id, "reward_margin")
    assert [metric.step for metric in margins] == [2, 4, 6, 8, 10, 12]
    assert found.data.params["beta"] == "0.1"
    assert found.info.status == "FINISHED"
    assert b"days to send it back" not in (trained.var / "mlflow/mlflow.db").read_bytes()


def test_told_again_it_finds_the_work_done(trained: Paths) -> None:
    params, _ = make_root(trained.root)
    before = results(trained)
    shutil.rmtree(trained.dpo)
    run(params, trained)

    assert results(trained) == before


def test_killed_while_it_writes_a_checkpoint_it_ends_as_if_undisturbed(
    trained: Paths, tmp_path: Path, away: None
) -> None:
    params, paths = make_root(tmp_path)
    process = start("dpo", paths)
    # the second checkpoint is there and not complete, or only just
    wait_for(process, lambda: any(paths.checkpoints("dpo").glob("*/checkpoint-8/*")))
    kill(process)
    assert not paths.dpo.exists()

    run(params, paths)
    assert results(paths) == results(trained)


@pytest.mark.slow
def test_killed_ten_times_at_random_it_ends_as_if_undisturbed(tmp_path: Path, away: None) -> None:
    import random

    changes = {"epochs": 40, "checkpoint_every": 2}
    params, undisturbed = make_root(tmp_path / "undisturbed", **changes)
    run(params, undisturbed)
    _, paths = make_root(tmp_path / "killed", **changes)
    draw = random.Random(5)
    for _ in range(10):
        process = start("dpo", paths)
        wait_for_a_newer_checkpoint("dpo", paths, process)
        time.sleep(draw.uniform(0, 0.5))
        assert process.poll() is None, "it was over before it could be killed"
        kill(process)

    run(params, paths)
    assert results(paths) == results(undisturbed)


def test_a_run_that_goes_on_is_still_held_to_sft_and_asks_it_no_second_time(
    tmp_path: Path, away: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tasks.dpo.trainer import Trainer

    params, paths = make_root(tmp_path)
    process = start("dpo", paths)
    wait_for(process, lambda: any(paths.checkpoints("dpo").glob("*/checkpoint-4/complete.json")))
    kill(process)
    asked: list[int] = []
    monkeypatch.setattr(Trainer, "reference", lambda self, pairs: asked.append(len(pairs)))
    run(params, paths)

    assert not asked
    assert rows_of(paths)[-1]["step"] == 12


def test_without_mlflow_training_goes_on_and_says_so(
    tmp_path: Path, trained: Paths, away: None, capsys: pytest.CaptureFixture[str]
) -> None:
    params, paths = make_root(tmp_path)
    run(params, paths)

    told = capsys.readouterr().err
    assert told.count(f"MLflow at {NOWHERE} is away") == 1
    assert "dpo goes on without it" in told
    assert results(paths) == results(trained)


def test_without_val_there_is_no_eval_loss(tmp_path: Path, away: None) -> None:
    params, paths = make_root(tmp_path, max_steps=2)
    write_pairs(paths, "val", [])
    run(params, paths)

    assert [row["eval_loss"] for row in rows_of(paths)] == [None]


def test_fewer_steps_than_a_row_takes_leave_the_row_of_the_last(tmp_path: Path, away: None) -> None:
    params, paths = make_root(tmp_path, pairs=3, epochs=1, log_every=4)
    write_pairs(paths, "val", [])
    run(params, paths)
    assert [row["step"] for row in rows_of(paths)] == [1]


def test_of_two_pairs_that_contradict_each_other_the_heavier_is_learned(
    tmp_path: Path, away: None
) -> None:
    params, paths = make_root(tmp_path, pairs_per_pass=2, pairs_per_step=2, epochs=30)
    this = pair(1, chosen="Thirty days.", rejected="Ninety days.")
    other = pair(1, pair_id="other", chosen=this["rejected"], rejected=this["chosen"])
    margins = []
    for weights in ((3.0, 1.0), (1.0, 3.0)):
        write_pairs(paths, "train", [this | {"weight": weights[0]}, other | {"weight": weights[1]}])
        write_pairs(paths, "val", [this])
        run(params, paths)
        margins.append(rows_of(paths)[-1]["eval_reward_margin"])

    assert margins[0] > 0.1
    assert margins[1] < -0.1


def test_a_pair_without_weight_leaves_no_trace(
    tmp_path: Path, trained: Paths, away: None, capsys: pytest.CaptureFixture[str]
) -> None:
    params, paths = make_root(tmp_path)
    rows = [pair(number) for number in range(48)]
    write_pairs(paths, "train", [*rows, pair(90, chosen="Otherwise.", weight=0.0)])
    run(params, paths)

    assert results(paths) == results(trained)
    assert "dpo: 1 of 49 train pairs left out: weight 0" in capsys.readouterr().err


def test_without_pairs_the_adapter_is_sfts_and_the_run_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    params, paths = make_root(tmp_path)
    write_pairs(paths, "train", [])
    run(params, paths)

    for name in ("adapter_config.json", "adapter_model.safetensors"):
        assert (paths.dpo / name).read_bytes() == (paths.sft / name).read_bytes()
    assert verify_manifest(paths.dpo, "")["stage"] == "dpo"
    assert "holds no pairs (reports/preferences.json says what was left out)" in (
        capsys.readouterr().err
    )
    assert paths.report("training/dpo.csv").read_text().startswith("step,loss,")


def test_pairs_that_do_not_differ_stop_it_with_the_remedy(tmp_path: Path) -> None:
    params, paths = make_root(tmp_path)
    write_pairs(paths, "train", [pair(1, chosen="The same.", rejected="The same.")])

    with pytest.raises(BadInput, match=r"none of 1 pairs .* dpo\.max_length \(256 tokens\)"):
        run(params, paths)


@pytest.mark.parametrize("weight", [-1.0, math.nan, math.inf, None])
def test_a_weight_that_is_none_stops_it_with_the_pair(tmp_path: Path, weight: Any) -> None:
    params, paths = make_root(tmp_path)
    write_pairs(paths, "train", [pair(1), pair(2, weight=weight)])

    with pytest.raises(BadInput, match=r"train\.parquet: pair outdated/T-2 has weight .*1 of 2"):
        run(params, paths)


def test_without_sft_it_says_what_to_run(tmp_path: Path) -> None:
    params, paths = make_root(tmp_path)
    shutil.rmtree(paths.sft)

    with pytest.raises(ModelUnavailable, match="run the stage that trains it again"):
        run(params, paths)


def test_an_sft_over_another_base_is_refused(tmp_path: Path, away: None) -> None:
    params, paths = make_root(tmp_path)
    shutil.rmtree(paths.sft)
    make_tiny_model(tmp_path / "other", seed=1)
    write_manifest(tmp_path / "other", source="tiny", revision=None)
    make_adapter(paths.sft, tmp_path / "other", seed=3)

    with pytest.raises(UnsafeModel, match="was trained over base"):
        run(params, paths)


def test_checkpoints_of_another_sft_are_not_gone_on_from(tmp_path: Path, away: None) -> None:
    params, paths = make_root(tmp_path, max_steps=4)
    run(params, paths)
    before = results(paths)
    shutil.rmtree(paths.sft)
    make_adapter(paths.sft, paths.base, seed=4)
    run(params, paths)

    assert results(paths)["adapter_model.safetensors"] != before["adapter_model.safetensors"]
