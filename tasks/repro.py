"""One stage through `dvc repro --single-item`, in a process group of its own, with its last words.

DVC decides whether there is anything to do. What the stage prints is handed on line by line; what
DVC prints about itself is not.
"""

import json
import os
import re
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Literal

from drafter.errors import RepositoryBusy, StageFailed
from drafter.quiet import quiet_environment
from tasks import leash

Outcome = Literal["ran", "restored", "unchanged"]
Say = Callable[[str], None]

LINES_OF_A_FAILURE = 12
# What DVC says about itself, and to people who type commands.
CHATTER = re.compile(
    r"(Running stage |> |Updating lock file|Generating lock file|Use `dvc push`|To track the ch"
    r"|To enable auto|Data and pipelines are up to date|Stage '|'.*\.dvc' didn't change"
    r"|\s+git add |\s+dvc config |ERROR: failed to reproduce|\s*$)"
)
BUSY = re.compile(r"Unable to acquire lock|is busy, it is being blocked by|RWLock-file")
PROGRESS = re.compile(r"^(?P<what>.*): (?P<done>[\d,]+) of (?P<total>[\d,]+) .* left$")


class Runner:
    """Runs commands of one checkout and can end all that it started."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._running: set[subprocess.Popen[bytes]] = set()
        self._guard = threading.Lock()
        self._stopped = False

    def stage(self, name: str, say: Say) -> Outcome:
        """Bring stage `name` up to date; its inputs are taken as they are.

        Raises StageFailed with the stage's last lines, RepositoryBusy where DVC gave up on a lock.
        """
        repair_rwlock(self.root, say)
        command = [sys.executable, "-m", "dvc", "repro", "--single-item", name]
        code, out, errors = self._run(command, say)
        if code == 0:
            if any(line.startswith("Running stage") for line in out):
                return "ran"
            return "restored" if any("is cached" in line for line in out) else "unchanged"
        if any(BUSY.search(line) for line in errors):
            busy = next(line for line in errors if BUSY.search(line))
            raise RepositoryBusy(f"{name}: another DVC process works here: {busy}")
        raise StageFailed(_last_words(name, code, errors or out))

    def module(self, name: str, say: Say, *arguments: str) -> str:
        """Run `python -m tasks.NAME ARGUMENTS`, which acts on the world and so is no stage.

        Gives the last line that it printed. Raises StageFailed with its last lines.
        """
        code, out, errors = self._run([sys.executable, "-m", f"tasks.{name}", *arguments], say)
        if code != 0:
            raise StageFailed(_last_words(name, code, errors or out))
        return next((line for line in reversed(out) if line), "")

    def stop(self) -> None:
        """End all that runs, with everything that it started. Nothing can be started after it."""
        with self._guard:
            self._stopped = True
            running = list(self._running)
        for process in running:
            if process.stdin is not None:
                process.stdin.close()
        for process in running:
            process.wait()

    def _run(self, command: Sequence[str], say: Say) -> tuple[int, deque[str], deque[str]]:
        with self._guard:
            if self._stopped:
                raise StageFailed("the run was stopped before this")
            process = leash.start(command, self.root, stage_environment())
            self._running.add(process)
        out: deque[str] = deque(maxlen=1000)
        errors: deque[str] = deque(maxlen=1000)

        def read(pipe: IO[bytes], kept: deque[str]) -> None:
            for raw in pipe:
                line = raw.decode("utf-8", "replace").rstrip()
                kept.append(line)
                if not CHATTER.match(line) and not self._stopped:
                    say(line)

        assert process.stdout is not None
        assert process.stderr is not None
        reader = threading.Thread(target=read, args=(process.stderr, errors), daemon=True)
        reader.start()
        try:
            read(process.stdout, out)
            reader.join()
            code = process.wait()
            if self._stopped:
                raise StageFailed("the run was stopped; the next one goes on from there")
            return code, out, errors
        finally:
            leash.end(process)
            process.stdout.close()
            process.stderr.close()
            with self._guard:
                self._running.discard(process)


def stage_environment() -> dict[str, str]:
    """The environment of a stage: `python` is the interpreter that runs now, telemetry is off."""
    quiet_environment()
    here = str(Path(sys.executable).parent)
    others = [part for part in os.environ.get("PATH", "").split(os.pathsep) if part != here]
    return {**os.environ, "PATH": os.pathsep.join([here, *others]), "PYTHONUNBUFFERED": "1"}


def repair_rwlock(root: Path, say: Say) -> None:
    """Remove DVC's record of readers and writers where a killed run left it empty or torn.

    DVC empties the file before it writes, so a look counts only under DVC's own guard of it.
    """
    from dvc.lock import LockError, make_lock

    folder = root / ".dvc/tmp"
    record = folder / "rwlock"
    if not record.exists():
        return
    try:
        with make_lock(str(folder / "rwlock.lock"), tmp_dir=str(folder)):
            try:
                json.loads(record.read_text(encoding="utf-8"))
            except ValueError:
                record.unlink()
                say(f"warning: removed {record.relative_to(root)}, which a killed run left torn")
            except FileNotFoundError:
                pass
    except LockError:
        return  # someone alive is at it


def _last_words(name: str, code: int, lines: Sequence[str]) -> str:
    """`curate: ...`: what an error of Replymill says; else the last lines; else what DVC says."""
    said = [line for line in lines if not CHATTER.match(line) and not PROGRESS.match(line)]
    speaker = f"{name.partition('@')[0]}: "
    starts = [at for at, line in enumerate(said) if line.startswith(speaker)]
    if starts:
        said = said[starts[-1] :]
    if not said:
        said = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    if not said:
        return f"{name}: ended with exit code {code} and said nothing"
    return f"{name}: " + "\n".join(said[-LINES_OF_A_FAILURE:]).removeprefix(speaker)
