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


@dataclass(frozen=True)
class Limit:
    """What must not take longer than so many seconds, whoever else does it."""

    name: str
    module: str
    at_most: float


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
    """Ours must lie no more than `share` above or below the peer's `figure`."""

    def unequal(ours: Told, peer: Told) -> str:
        if abs(ours[figure] - peer[figure]) <= share * peer[figure]:
            return ""
        return f"our {figure} {ours[figure]} and theirs, {peer[figure]}, differ by over {share:.0%}"

    return unequal


def all_of(*checks: Callable[[Told, Told], str]) -> Callable[[Told, Told], str]:
    """The first of `checks` that says why not."""

    def unequal(ours: Told, peer: Told) -> str:
        return next((why for check in checks if (why := check(ours, peer))), "")

    return unequal


def measure_side(pair: Pair, side: str) -> Run:
    """Run one side of a pair."""
    python = sys.executable if side == pair.ours else pair.peer_python
    return measure(python, pair.module, "--side", side)


def measure(python: str, module: str, *arguments: str) -> Run:
    """Run a benchmark in a process of its own. Raises ReplymillError where it fails."""
    command = [python, "-m", f"benchmarks.{module}", *arguments]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            last = err.read().strip().splitlines()[-1:]
            raise ReplymillError(f"{' '.join(command[2:])} failed: {''.join(last)}")
        told = json.loads(out.read().strip().splitlines()[-1])
    return Run(told["seconds"], told["cpu_seconds"], usage.ru_maxrss / 1024, told)


PAIRS = (
    Pair("redaction", "presidio without NER", "redaction", "ours", "presidio", 100,
         at_least("recall"), PEERS_PYTHON),
    Pair("redaction", "Python re", "redaction", "ours", "re", 10, at_least("recall")),
    Pair("near_duplicates", "datasketch in bulk", "near_duplicates", "ours", "datasketch", 15,
         reaches("recall_of_exact", 0.95), PEERS_PYTHON),
    Pair("near_duplicates", "datatrove", "near_duplicates", "ours", "datatrove", 8,
         reaches("recall_of_exact", 0.95), PEERS_PYTHON),
    Pair("near_duplicates", "rensa with Python shingles", "near_duplicates", "ours", "rensa_python",
         2.5, reaches("recall_of_exact", 0.95)),
    Pair("verdict", "Great Expectations on pandas", "verdict", "ours", "gx", 5,
         same("unexpected")),
    Pair("sft", "TRL's defaults", "sft", "ours", "trl_defaults", 2.2,
         within("holdout_loss", 0.01), by="cpu_seconds"),
    Pair("dpo", "TRL's defaults", "dpo", "ours", "trl_defaults", 1.7,
         all_of(same("pair_steps"), within("holdout_loss", 0.02),
                within("holdout_accuracy", 0.02)), by="cpu_seconds"),
    Pair("drafting", "a generate a row, a load a candidate", "drafting", "ours", "naive", 3,
         same("texts")),
    Pair("queries", "a LanceDB query each", "queries", "ours", "lancedb", 20,
         at_least("mean_cosine")),
    Pair("nothing_to_do", "bare dvc repro", "nothing_to_do", "ours", "bare", 1 / 1.3,
         same("stages")),
)  # fmt: skip

LIMITS = (Limit("help", "stage_help", 0.3),)
