"""The mill's steps as commands of one checkout, each with how long it took."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from drafter.errors import ReplymillError
from drafter.quiet import quiet_environment
from drafter.tables import read_json

Say = Callable[[str], None]


class StepFailed(ReplymillError):
    """A command ended with an error; the message ends with what it said last."""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    said: str
    errors: str

    @property
    def last(self) -> str:
        """The last line that it printed."""
        return next((line for line in reversed(self.said.splitlines()) if line), "")


@dataclass
class Mill:
    """Commands run in `root`; `seconds` has what each step took since it was last emptied."""

    root: Path
    say: Say
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self, step: str, *arguments: str) -> Done:
        """`python -m ARGUMENTS`. Raises StepFailed where it fails."""
        done = self.may_fail(step, *arguments)
        if done.code:
            last = "\n".join((done.errors or done.said).strip().splitlines()[-8:])
            raise StepFailed(f"python -m {' '.join(arguments)}: {last}")
        return done

    def may_fail(self, step: str, *arguments: str) -> Done:
        """As `run`, but a failure is an answer."""
        started = time.monotonic()
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", *arguments],
            cwd=self.root, env=environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        self.took(step, time.monotonic() - started)
        return Done(done.returncode, done.stdout, done.stderr)

    def took(self, step: str, seconds: float) -> None:
        self.seconds[step] = round(self.seconds.get(step, 0.0) + seconds, 1)
        self.say(f"  {step}: {seconds:.0f} s")

    def repro(self, target: str, stages: tuple[str, ...]) -> None:
        """Bring `target` up to date; what each of `stages` took stands apart where it ran."""
        before = {stage: self._noted(stage) for stage in stages}
        self.run("dvc repro", "dvc", "repro", target)
        for stage in stages:
            if self._noted(stage) != before[stage]:
                path = self.root / f"var/durations/{stage}.json"
                self.seconds[stage] = read_json(path)["seconds"]

    def _noted(self, stage: str) -> int:
        """When the stage last said how long it took; 0 where it never ran."""
        path = self.root / f"var/durations/{stage}.json"
        return path.stat().st_mtime_ns if path.is_file() else 0

    @contextmanager
    def desk(self, port: int, log: Path) -> Iterator[str]:
        """The desk, served until the block ends; gives its address."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("w") as written:
            process = subprocess.Popen(
                [sys.executable, "-m", "desk"],
                cwd=self.root, env=environment() | {"REPLYMILL_DESK_PORT": str(port)},
                stdout=written, stderr=written,
            )  # fmt: skip
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def environment() -> dict[str, str]:
    """This interpreter's programs first, stores of the checkout and none of the caller's."""
    quiet_environment()
    theirs = ("PREFECT_", "MLFLOW_TRACKING", "REPLYMILL_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    here = str(Path(sys.executable).parent)
    return kept | {"PATH": os.pathsep.join([here, os.environ.get("PATH", "")])}
