"""Answers that were paid for and are kept by what was asked: those about the customer's tickets.

A hosted candidate's answers lie by the address of the request, a judge's by the key of its
question. Both are made anew from the tickets that are there before anything is changed.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasks.candidates import Hosted
from tasks.forget.needles import found_in
from tasks.forget.person import Person
from tasks.forget.spans import write_bytes
from tasks.paths import Paths

if TYPE_CHECKING:
    from drafter.generate import Generation, Prompt


def addresses(paths: Paths, hosted: dict[str, Hosted], person: Person) -> set[str]:
    """Of every question to hosted models about the customer's tickets, and of every judge's."""
    import polars as pl

    from drafter.drafter import Drafter
    from tasks.ask.endpoint import endpoint_of, requests_for, spec_of
    from tasks.holdout import read_tickets

    theirs = pl.col("ticket_id").is_in(sorted(person.tickets))
    found: set[str] = set()
    for name, one in hosted.items():
        if not (paths.root / one.tickets).is_file():
            continue
        tickets, retrieves = read_tickets(paths.root / one.tickets)
        asking = Drafter(spec_of(name, one, retrieves), _Nobody())
        asked = requests_for(asking, endpoint_of(one), tickets.filter(theirs))
        found |= {each.address for each in asked}
    if paths.judgements.is_file():
        found |= set(pl.read_parquet(paths.judgements).filter(theirs)["key"].to_list())
    return found


class _Nobody:
    """Nobody is asked here."""

    def generate(self, prompts: "Sequence[Prompt]") -> "list[Generation]":
        raise AssertionError(f"{len(prompts)} prompts")


def files(paths: Paths) -> list[Path]:
    """Every file of kept answers."""
    return [*sorted((paths.root / "data/answers").glob("*/*.jsonl")), *_judged(paths)]


def _judged(paths: Paths) -> list[Path]:
    return [paths.judge_answers] if paths.judge_answers.is_file() else []


def holding(paths: Paths, person: Person, asked: set[str]) -> dict[Path, str]:
    """{file: md5} of those that have an answer about them."""
    theirs = _theirs(person, asked)
    return {
        path: hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        for path in files(paths)
        if any(theirs(line) for line in path.read_text(encoding="utf-8").split("\n"))
    }


def forget_answers(paths: Paths, person: Person, asked: set[str]) -> int:
    """Take those answers out; gives how many went."""
    theirs, gone = _theirs(person, asked), 0
    for path in files(paths):
        lines = path.read_text(encoding="utf-8").split("\n")
        left = [line for line in lines if not theirs(line)]
        if len(left) < len(lines):
            gone += len(lines) - len(left)
            write_bytes(path, "\n".join(left).encode())
    return gone


def _theirs(person: Person, asked: set[str]) -> Callable[[str], bool]:
    needles = person.needles

    def theirs(line: str) -> bool:
        try:
            value: Any = json.loads(line)
        except ValueError:
            value = {}
        told = value if isinstance(value, dict) else {}
        return {told.get("address"), told.get("key")} & asked != set() or bool(
            found_in([line], needles)[0]
        )

    return theirs
