"""One process that `make up` starts, and a command that it runs to its end."""

import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from drafter.errors import ServersFailed
from tasks import leash
from tasks.repro import stage_environment

LAST_LINES = 15


@dataclass
class Server:
    """One process that `up` started, with the file of what it prints."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Raises ServersFailed with its last lines where it has ended."""
        code = self.process.poll()
        if code is not None:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
            last = "\n".join(f"  {line}" for line in lines[-LAST_LINES:])
            raise ServersFailed(f"{self.name} ended with exit code {code}; {self.log}:\n{last}")


def start(root: Path, name: str, command: list[str], extra: dict[str, str]) -> Server:
    """Start `command` in `root`, on a leash; what it prints goes to var/log/NAME.log.

    `extra` stands in its environment alone.
    """
    log = root / "var/log" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as printed:
        environment = stage_environment() | extra
        process = leash.start(
            command, root, environment, signal.SIGTERM, printed, subprocess.STDOUT
        )
    return Server(name, process, log)


def run_once(root: Path, what: str, command: list[str]) -> None:
    """Run `command` to its end. Raises ServersFailed with its last lines where it fails."""
    done = subprocess.run(  # noqa: S603
        command, cwd=root, env=stage_environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        last = "\n".join(done.stdout.splitlines()[-LAST_LINES:])
        raise ServersFailed(f"{what} failed with exit code {done.returncode}:\n{last}")
