"""What DVC would skip and what it would run, as `dvc status` and the DAG say."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from drafter.errors import RepositoryBusy
from tasks.dag import Stage
from tasks.repro import stage_environment

CODE = (".py", "drafter", "tasks")


def why_run(stages: Sequence[Stage], status: Mapping[str, list[Any]]) -> dict[str, str | None]:
    """Why each stage would run, in a word or two; None for one that DVC would skip.

    `stages` as `read_dag` orders them, `status` as `dvc status --json` tells it. What reads from a
    stage that runs runs only if that changes something: `after sft`.
    """
    why: dict[str, str | None] = {}
    for stage in stages:
        before = next((name for name in stage.upstream if why[name] is not None), None)
        changed = set(_changes(status.get(stage.name, [])))
        said = "new" if "new" in changed else ", ".join(sorted(changed))
        why[stage.name] = said or (f"after {before}" if before else None)
    return why


def dvc_status(root: Path) -> dict[str, list[Any]]:
    """What `dvc status --json` says. Raises RepositoryBusy where DVC can't be asked now."""
    done = subprocess.run(
        [sys.executable, "-m", "dvc", "status", "--json"],
        cwd=root,
        env=stage_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        said = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        raise RepositoryBusy(
            f"dvc status: {said[-1]}: wait for the run that is under way, or see `dvc status`"
        ) from None


def _changes(entries: Iterable[Any]) -> Iterable[str]:
    for entry in entries:
        if not isinstance(entry, dict):
            yield str(entry).removeprefix("changed ")  # "changed command", "always changed"
            continue
        for changed in entry.get("changed outs", {}).values():
            yield "new" if changed in ("deleted", "not in cache") else "output edited"
        for path, changed in entry.get("changed deps", {}).items():
            # a file of parameters tells which of them; another dep tells how it changed
            if isinstance(changed, dict):
                yield "params"
            elif changed != "deleted":
                yield "code" if path.endswith(CODE) or path.startswith("tasks/") else "data"
