"""What is compared with what, how a side is run, and what makes two sides comparable."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from drafter.errors import ReplymillError

Told = dict[str, Any]

# The peers' own environment: `make bench` fills it from benchmarks/peers.lock.
PEERS_PYTHON = ".venv-peers/bin/python"


@dataclass(frozen=True)
class Run:
    """One run of one side. Seconds are of the work alone, `peak_mb` of the whole process."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    told: Told


@dataclass(frozen=True)
class Pair:
    """Our way and another's of doing the same work on the same input."""

    name: str
    against: str
    module: str
    ours: str
    peer: str
    target: float
    unequal: Callable[[Told, Told], str]
    """Says why the two may not be compared; empty where they may."""
    peer_python: str = sys.executable
    by: str = "seconds"


def at_least(figure: str) -> Callable[[Told, Told], str]:
    """Ours must reach the peer's `figure`."""

    def unequal(ours: Told, peer: Told) -> str:
        if ours[figure] >= peer[figure]:
            return ""
        return f"our {figure} {ours[figure]} is below theirs, {peer[figure]}"

    return unequal


def same(figure: str) -> Callable[[Told, Told], str]:
    """Both must tell the same `figure`."""

    def unequal(ours: Told, peer: Told) -> str:
        return "" if ours[figure] == peer[figure] else f"the two differ in {figure}"

    return unequal


def reaches(figure: str, least: float) -> Callable[[Told, Told], str]:
    """Ours must reach a fixed `figure`."""

    def unequal(ours: Told, _peer: Told) -> str:
        return "" if ours[figure] >= least else f"our {figure} {ours[figure]} is below {least}"

    return unequal


def within(figure: str, share: float) -> Callable[[Told, Told], str]:
    """Ours must not exceed the peer's `figure` by more than `share`."""

    def unequal(ours: Told, peer: Told) -> str:
        if ours[figure] <= peer[figure] * (1 + share):
            return ""
        return (
            f"our {figure} {ours[figure]} is over theirs, {peer[figure]}, by more than {share:.0%}"
        )

    return unequal


def measure(pair: Pair, side: str) -> Run:
    """Run one side in a process of its own. Raises ReplymillError where it fails."""
    python = sys.executable if side == pair.ours else pair.peer_python
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(
            [python, "-m", f"benchmarks.{pair.module}", "--side", side], stdout=out, stderr=err
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            last = err.read().strip().splitlines()[-1:]
            raise ReplymillError(f"benchmarks.{pair.module} --side {side} failed: {''.join(last)}")
        told = json.loads(out.read().strip().splitlines()[-1])
    return Run(told["seconds"], told["cpu_seconds"], usage.ru_maxrss / 1024, told)
