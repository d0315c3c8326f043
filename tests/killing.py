"""A training stage in a process of its own, to be killed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tasks.paths import Paths

REPOSITORY = Path(__file__).parent.parent
NOWHERE = "http://127.0.0.1:9"


def start(stage: str, paths: Paths) -> "subprocess.Popen[str]":
    """The stage at work, with an MLflow that is away."""
    return subprocess.Popen(
        [sys.executable, "-m", f"tasks.{stage}", "--root", str(paths.root)],
        cwd=REPOSITORY,
        env=os.environ | {"MLFLOW_TRACKING_URI": NOWHERE},
        stderr=subprocess.PIPE,
        text=True,
    )


def kill(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()


def wait_for(process: "subprocess.Popen[str]", happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not happened():
        assert process.poll() is None, "it was over before it could be killed"
        assert time.monotonic() < deadline, "it did not get there in two minutes"
        time.sleep(0.001)


def wait_for_a_newer_checkpoint(stage: str, paths: Paths, process: "subprocess.Popen[str]") -> None:
    """Until a checkpoint is begun that was not there when this was called."""

    def newest() -> int:
        found = paths.checkpoints(stage).glob("*/checkpoint-*")
        return max((int(path.name.partition("-")[2]) for path in found), default=0)

    before = newest()
    wait_for(process, lambda: newest() > before)
