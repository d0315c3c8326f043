"""What the house promises and no type checker sees."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("torch", "transformers", "mlflow", "great_expectations", "trl", "lancedb", "prefect",
         "sentence_transformers", "polars", "datasets", "dvc")  # fmt: skip
PACKAGES = sorted(main.parent.name for main in Path("tasks").glob("*/__main__.py"))
COMMANDS = [*(f"tasks.{name}" for name in PACKAGES), "tasks.use", "flows.train"]


@pytest.mark.parametrize("module", COMMANDS)
def test_help_answers_without_a_heavy_import(module: str) -> None:
    ask = f"""
import runpy, sys
sys.argv = ["x", "--help"]
try:
    runpy.run_module({module!r}, run_name="__main__")
except SystemExit as end:
    loaded = [name for name in {HEAVY!r} if name in sys.modules]
    sys.exit(f"loaded {{loaded}}" if loaded else end.code)
"""
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "usage: python -m " in done.stdout


def test_the_folder_mlflow_never_hides_the_library() -> None:
    assert not Path("mlflow/__init__.py").exists()
    found = importlib.util.find_spec("mlflow")
    assert found is not None
    assert "site-packages" in str(found.origin), "what `mlflow.__file__` would be"


def test_no_module_stands_where_the_library_of_its_name_is_looked_for() -> None:
    for name in ("datasets", "evaluate", "trl", "peft", "prefect", "dvc"):
        assert not Path(name).exists()
        assert not Path(f"{name}.py").exists()
    assert not Path("tests/mlflow").exists()


def test_prefect_keeps_no_results_beside_dvc() -> None:
    from prefect.cache_policies import NO_CACHE

    from flows.train import register, run_stage, take_feedback, train

    for task in (run_stage, register, take_feedback):
        assert task.cache_policy == NO_CACHE
        assert task.persist_result is False
    assert train.persist_result is False


def test_only_a_lock_is_retried() -> None:
    from prefect.states import Failed

    from drafter.errors import RepositoryBusy, StageFailed, ValidationFailed
    from flows.train import _only_a_lock

    assert _only_a_lock(None, None, Failed(data=RepositoryBusy("x")))
    for error in (StageFailed("x"), ValidationFailed("x"), MemoryError()):
        assert not _only_a_lock(None, None, Failed(data=error))


def test_make_help_names_the_verbs() -> None:
    shown = subprocess.run(["make", "-s", "help"], capture_output=True, text=True, check=True)
    for verb in ("setup", "plan", "run", "test", "lint", "bench", "up", "down", "use", "forget"):
        assert f"make {verb}" in shown.stdout


def test_the_readmes_tree_names_every_module_and_no_other() -> None:
    """A line of the tree is a name, indented by its depth, and a gloss."""
    listed, folders = set(), []
    tree = Path("README.md").read_text().partition("<summary>")[2].partition("```\n")[2]
    for line in tree.partition("```")[0].splitlines():
        depth, name = (len(line) - len(line.lstrip())) // 2, line.split()[0]
        folders = [*folders[:depth], name]
        if name.endswith(".py"):
            listed.add("".join(folders))
    there = {
        path.as_posix()
        for package in ("flows", "tasks", "desk", "drafter", "mlflow", "benchmarks")
        for path in Path(package).rglob("*.py")
        if not path.name.startswith("__")
    }
    assert listed == there
