"""A command that never outlives whoever started it.

`start` runs a command in a process group of its own, behind a small keeper process (this file). The
keeper ends the whole group when the starter closes the pipe to it, which the kernel does even for
a starter killed by `kill -9`, and when the command's first process dies and leaves others behind,
as `kill -9` on `dvc repro` leaves the stage's command.

This file imports the standard library alone, so that a keeper starts in some 20 ms.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

SECONDS_TO_END = 10.0
ASKED_TO_END = 130  # the exit code of what a person stopped


def start(
    command: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    asking: signal.Signals = signal.SIGINT,
    stdout: int | IO[Any] | None = subprocess.PIPE,
    stderr: int | IO[Any] | None = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    """Start `command`; `asking` is the signal that asks its group to end, before SIGKILL."""
    keeper = [sys.executable, "-I", "-S", str(Path(__file__)), str(int(asking)), *command]
    return subprocess.Popen(  # noqa: S603
        keeper,
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,  # a Ctrl-C on the terminal reaches the starter alone
    )


def end(process: subprocess.Popen[bytes]) -> int:
    """Ask what `start` returned to end, wait until all of its group is gone, return its code."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    return process.wait()


def keep(asking: signal.Signals, command: Sequence[str]) -> int:
    """Run `command` until it ends or standard input closes; leave nothing of its group behind."""
    # An ignored signal is inherited (nohup, a background job): the command must hear this one.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        child = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.DEVNULL, start_new_session=True
        )
    except OSError as error:
        print(f"{command[0]} can't be started: {error.strerror}", file=sys.stderr)
        return 127
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: _signal_group(child.pid, asking))
    asked = threading.Event()

    def watch() -> None:
        # an unlocked read: the interpreter may exit while this thread still waits here
        while os.read(0, 1024):
            pass
        asked.set()
        _signal_group(child.pid, asking)
        try:
            child.wait(timeout=SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            _signal_group(child.pid, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
    code = child.wait()
    _signal_group(child.pid, signal.SIGKILL)
    if asked.is_set():
        return ASKED_TO_END
    return code if code >= 0 else 128 - code


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


if __name__ == "__main__":
    sys.exit(keep(signal.Signals(int(sys.argv[1])), sys.argv[2:]))
