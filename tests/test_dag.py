from pathlib import Path

import pytest

from drafter.errors import BadInput, ParamsError
from tasks.dag import distances_to_end, locked_stages, read_dag
from tests.tiny_mill import make_tiny_mill


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_mill(tmp_path_factory.mktemp("dag") / "mill")


def test_a_stage_is_upstream_of_what_reads_its_outputs(mill: Path) -> None:
    upstream = {stage.name: stage.upstream for stage in read_dag(mill)}
    assert upstream == {
        "first": (),
        "left": ("first",),
        "right": ("first",),
        "last": ("left", "right"),
    }


def test_every_stage_stands_after_what_it_reads(mill: Path) -> None:
    assert [stage.name for stage in read_dag(mill)] == ["first", "left", "right", "last"]


def test_stages_bear_the_same_names_wherever_the_caller_works(
    mill: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert [stage.name for stage in read_dag(mill)] == ["first", "left", "right", "last"]


def test_a_folder_without_a_dag_is_named(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="the DAG can't be read"):
        read_dag(tmp_path)


def test_templates_of_this_repository_are_filled_in() -> None:
    stages = {stage.name: stage for stage in read_dag(Path())}
    assert stages["draft@sft-rag"].command == "python -m tasks.draft --candidate sft-rag"
    assert {"base", "retrieve", "sft"} <= set(stages["draft@sft-rag"].upstream)
    assert "sft" not in stages["draft@rag"].upstream


def test_training_is_farther_from_the_end_than_drafts_that_need_none() -> None:
    far = distances_to_end(read_dag(Path()))
    assert far["sft"] > far["draft@rag"] == far["draft@sft"] > far["evaluate"] > far["decide"] == 0


def test_a_damaged_lock_is_told_and_not_taken_for_none(tmp_path: Path) -> None:
    assert locked_stages(tmp_path) == {}
    (tmp_path / "dvc.lock").write_text("schema: '2.0'\nstages:\n  base: {outs: [")
    with pytest.raises(BadInput, match=r"dvc\.lock is damaged"):
        locked_stages(tmp_path)
