"""One run at a time: a lock that waits, and says for whom.

The lock is the kernel's (flock), so a holder that is killed lets go of it at once. Beside it lies a
note about the holder, for people:

    {"pid": 4711, "born": 1772355600.2, "boot": "3f0c...", "host": "mill", "started": "2026-..."}
"""

import json
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from drafter.tables import write_json

SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True)
class Holder:
    """A process that no other can be taken for: pid, seconds of birth, boot and host."""

    pid: int
    born: float
    boot: str
    host: str
    started: str
    what: str

    @classmethod
    def myself(cls, what: str) -> "Holder":
        return cls.of(os.getpid(), what)

    @classmethod
    def of(cls, pid: int, what: str) -> "Holder":
        """The process `pid`. Raises psutil.NoSuchProcess where there is none."""
        import psutil

        born = psutil.Process(pid).create_time()
        started = datetime.fromtimestamp(born, UTC).isoformat(timespec="seconds")
        return cls(pid, born, boot_id(), platform.node(), started, what)

    def alive(self) -> bool:
        """Whether it still runs, as far as this machine can tell: on another host it does."""
        import psutil

        if self.host != platform.node():
            return True
        if self.boot != boot_id():
            return False
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.born) < 1.0
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def describe(self) -> str:
        return f"{self.what} (pid {self.pid} on {self.host}, since {self.started})"

    def write(self, path: Path) -> None:
        write_json(path, asdict(self))


def read_holder(path: Path) -> Holder | None:
    """The note at `path`, or None where none can be read."""
    try:
        return Holder(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def boot_id() -> str:
    """What differs after a restart of the machine, when pids begin anew."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        import psutil

        return f"{psutil.boot_time():.0f}"


@contextmanager
def run_lock(path: Path, what: str, say: Callable[[str], None]) -> Iterator[bool]:
    """Hold the lock at `path` during the block, waiting for it as long as another run holds it.

    Gives whether there was someone to wait for, whom `say` was told of.
    """
    from filelock import FileLock, Timeout

    note = path.with_suffix(".json")
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    waited = False
    try:
        lock.acquire(timeout=0)
    except Timeout:
        waited = True
        holder = read_holder(note)
        whom = holder.describe() if holder else "another run"
        say(f"waiting for {whom} to end; then this run goes on with what is left to do")
        lock.acquire(timeout=-1, poll_interval=SECONDS_BETWEEN_LOOKS)
    try:
        Holder.myself(what).write(note)
        yield waited
    finally:
        note.unlink(missing_ok=True)
        lock.release()
