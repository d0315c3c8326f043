"""dvc.yaml says what the code does: what a stage imports, which keys it reads."""

import importlib
from pathlib import Path
from typing import Any

import grimp
import pytest
import yaml

from drafter.section import Section, load_section
from tasks.dag import read_dag
from tasks.params import MillParams
from tasks.use import use
from tests.checkout import make_checkout

DVC = yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))
STAGES: dict[str, dict[str, Any]] = {
    name: entry.get("do", entry) for name, entry in DVC["stages"].items()
}


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("tasks", "drafter", exclude_type_checking_imports=True, cache_dir=None)


def file_of(module: str) -> Path:
    path = Path(module.replace(".", "/"))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def code_of(stage: str, imports: grimp.ImportGraph) -> set[Path]:
    """The files of every first-party module that `python -m tasks.STAGE` can import."""
    package = f"tasks.{stage}"
    own = imports.find_descendants(package) | {package}
    others = imports.find_upstream_modules(package, as_package=True)
    return {file_of(module) for module in own | others} - {
        # a docstring and nothing else, which the next test holds
        Path("tasks/__init__.py"),
        Path("drafter/__init__.py"),
    }


@pytest.mark.parametrize("package", ["tasks", "drafter", "flows"])
def test_a_top_package_holds_a_docstring_and_nothing_else(package: str) -> None:
    import ast

    tree = ast.parse(Path(package, "__init__.py").read_text(encoding="utf-8"))
    assert len(tree.body) <= 1
    assert ast.get_docstring(tree)


@pytest.mark.parametrize("stage", STAGES)
def test_deps_cover_every_module_that_a_stage_imports(
    stage: str, imports: grimp.ImportGraph
) -> None:
    deps = [Path(dep) for dep in STAGES[stage]["deps"]]
    missing = {
        str(file)
        for file in code_of(stage, imports)
        if not any(dep in (file, *file.parents) for dep in deps)
    }
    assert not missing, f"add to the deps of {stage} in dvc.yaml"


@pytest.mark.parametrize("stage", STAGES)
def test_no_dep_on_code_is_stale(stage: str, imports: grimp.ImportGraph) -> None:
    code = code_of(stage, imports)
    deps = [Path(dep) for dep in STAGES[stage]["deps"] if dep.startswith(("tasks/", "drafter/"))]
    stale = {str(dep) for dep in deps if not any(dep in (file, *file.parents) for file in code)}
    assert not stale, f"{stage} no longer imports it"


@pytest.mark.parametrize("stage", STAGES)
def test_params_are_exactly_the_sections_that_a_stage_reads(stage: str) -> None:
    model: type[Section] = importlib.import_module(f"tasks.{stage}.params").Params
    named = {key.partition(".")[0] for key in STAGES[stage]["params"]}
    assert named == set(model.yaml_keys())


def test_every_params_key_is_there() -> None:
    values = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    for entry in STAGES.values():
        for key in entry["params"]:
            found = values
            for part in key.split("."):
                if part == "${key}":  # each entry of a section that may be empty
                    break
                assert part in found, key
                found = found[part]


def test_a_candidate_reads_its_own_entry_alone() -> None:
    assert "candidates.${key}" in STAGES["draft"]["params"]


def test_params_load_as_a_whole_and_hold_no_key_that_nobody_reads() -> None:
    load_section(Path("params.yaml"), MillParams, whole=True)


def test_training_hangs_neither_on_policies_nor_on_the_holdout() -> None:
    deps = STAGES["sft"]["deps"]
    assert "data/retrieved/train.parquet" in deps
    assert not [dep for dep in deps if "holdout" in dep or "policies" in dep or "index" in dep]


@pytest.mark.parametrize("stage", ["base", "index", "sft"])
def test_what_takes_minutes_hangs_on_no_code_that_it_does_not_import(
    stage: str, imports: grimp.ImportGraph
) -> None:
    # a folder is shorter to write, and reruns its stage for any file in it: fine where all are used
    named = {Path(dep) for dep in STAGES[stage]["deps"] if dep.endswith(".py")}
    folders = {Path(dep) for dep in STAGES[stage]["deps"] if Path(dep, "__init__.py").exists()}
    inside = {file for folder in folders - {Path("tasks", stage)} for file in folder.glob("[!_]*")}
    assert named | inside <= code_of(stage, imports)


def test_nothing_that_acts_on_the_world_is_a_stage() -> None:
    assert {"register", "promote", "reload", "monitor"}.isdisjoint(STAGES)


def test_every_stage_has_its_package_and_its_module_of_tests_by_the_same_noun() -> None:
    for name in STAGES:
        assert Path("tasks", name, "run.py").is_file(), name
        assert list(Path("tests").glob(f"test_{name}*.py")), name


def test_dvc_itself_understands_it() -> None:
    # `hosted` is empty: nobody is asked
    there = {stage.name.partition("@")[0] for stage in read_dag(Path())}
    assert there == set(STAGES) - {"ask"}


def test_with_hosted_candidates_each_is_asked_before_the_evaluation(tmp_path: Path) -> None:
    make_checkout(tmp_path)
    use(tmp_path, "hosted")
    stages = {stage.name: stage for stage in read_dag(tmp_path)}
    assert stages["ask@claude"].command == "python -m tasks.ask --candidate claude"
    assert {"ask@claude", "ask@gpt", "draft@rag"} <= set(stages["evaluate"].upstream)
    assert set(stages["ask@gpt"].upstream) == {"index", "retrieve"}
