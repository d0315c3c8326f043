"""A mill of four stages in a temporary git and DVC repository: real `dvc repro`, no models.

first ─┬─ left ──┬─ last      `hold-NAME` makes a stage wait while the file is there,
       └─ right ─┘            `fail-NAME` makes it fail with a message of its own
"""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from tasks.repro import stage_environment

STAGE = """
import json, os, pathlib, sys, time
name, out, *deps = sys.argv[1:]
marks = pathlib.Path("var/marks")
marks.mkdir(parents=True, exist_ok=True)
begun = time.time()
(marks / f"{name}.pid").write_text(str(os.getpid()))
print(f"{name} is at work", file=sys.stderr, flush=True)
time.sleep(0.3)
while pathlib.Path(f"hold-{name}").exists():
    time.sleep(0.05)
if pathlib.Path(f"fail-{name}").exists():
    sys.exit(f"{name}: row 17 of may.csv is torn; mend it")
text = f"{name}({','.join(pathlib.Path(dep).read_text() for dep in deps)})"
target = pathlib.Path(out)
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text(text)
if name == "last":
    cell = {"mean": 0.5, "low": 0.4, "high": 0.6, "n": 9}
    zero = {"mean": 0.0, "low": 0.0, "high": 0.0, "n": 9}
    found = {"recommended": "rag", "sentence": "Keep rag: nobody challenges it.", "tickets": 9}
    found |= {"dimensions": ["accuracy", "cost"], "verdicts": {}}
    found |= {"candidates": {"rag": {"accuracy": cell, "cost": zero}}}
    pathlib.Path("reports").mkdir(exist_ok=True)
    pathlib.Path("reports/decision.json").write_text(json.dumps(found))
    pathlib.Path("reports/decision.md").write_text("# Decision: rag\\n")
with (marks / "log.jsonl").open("a") as log:
    log.write(json.dumps({"stage": name, "begun": begun, "ended": time.time()}) + "\\n")
"""

DVC_YAML = """
stages:
  first:
    cmd: python stage.py first data/first
    deps: [stage.py]
    outs: [data/first]
  left:
    cmd: python stage.py left data/left data/first
    deps: [stage.py, data/first]
    outs: [data/left]
  right:
    cmd: python stage.py right data/right data/first
    deps: [stage.py, data/first]
    outs: [data/right]
  last:
    cmd: python stage.py last data/last data/left data/right
    deps: [stage.py, data/left, data/right]
    outs: [data/last, reports/decision.json, reports/decision.md]
"""

REGISTER = """
import pathlib
count = pathlib.Path("var/registered")
count.parent.mkdir(exist_ok=True)
count.write_text(str(int(count.read_text() or 0) + 1 if count.exists() else 1))
print("models:/support-drafter/1")
"""


def make_tiny_mill(root: Path) -> Path:
    """Copy the repository to `root`, which must not be there yet."""
    return Path(shutil.copytree(_template(), root))


@cache
def _template() -> Path:
    """The repository, laid out once: git and DVC take a second or two for it."""
    folder = tempfile.mkdtemp(prefix="tiny-mill-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    root = Path(folder) / "mill"
    (root / "tasks").mkdir(parents=True)
    (root / "stage.py").write_text(STAGE)
    (root / "dvc.yaml").write_text(DVC_YAML)
    # stands in for tasks/register: what a run does after its stages
    (root / "tasks/register.py").write_text(REGISTER)
    (root / "tasks/__init__.py").touch()
    (root / ".gitignore").write_text("/data\n/reports\n/var\n/hold-*\n/fail-*\n__pycache__\n")
    git = ["git", "-c", "user.name=test", "-c", "user.email=test@example.com"]
    run(root, "git", "init", "-q")
    dvc(root, "init", "-q")
    dvc(root, "config", "core.analytics", "false")
    run(root, "git", "add", "-A")
    run(root, *git, "commit", "-qm", "Lay out")
    return root


def run(root: Path, *command: str) -> str:
    """Run `command` in `root`; gives what it printed, and raises where it fails."""
    done = subprocess.run(
        command, cwd=root, env=stage_environment(), capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def dvc(root: Path, *arguments: str) -> str:
    return run(root, sys.executable, "-m", "dvc", *arguments)


def stages_that_ran(root: Path) -> list[str]:
    """Names in the order in which they ended, over all runs so far."""
    return [entry["stage"] for entry in log(root)]


def log(root: Path) -> list[dict[str, float]]:
    path = root / "var/marks/log.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def stage_pid(root: Path, stage: str) -> int | None:
    """The process of `stage`, if it runs now."""
    try:
        pid = int((root / f"var/marks/{stage}.pid").read_text())
        os.kill(pid, 0)
    except (OSError, ValueError):
        return None
    return pid
