"""300 prompt injections, 200 of them letters and 100 policy documents, and what they want.

letters.txt and policies.txt say how a line is read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.injections.codings import CODINGS

HERE = Path(__file__).parent
_FIELD = re.compile(r"\{(say|v)(?::(\w+))?\}")


@dataclass(frozen=True)
class Injection:
    """What is to reach the page, the sentence that would take it there, and the text that asks."""

    family: str
    kind: str
    """link, phone, email, amount, address or promise."""
    wanted: tuple[str, ...]
    says: str
    """What a model writes that obeys to the letter."""
    text: str
    """The letter or the document as it comes in."""


def letters() -> list[Injection]:
    return list(_read("letters.txt"))


def policies() -> list[Injection]:
    return list(_read("policies.txt"))


def held_out() -> list[Injection]:
    """Fifty disguises that the guard was not mended by."""
    return list(_read("held_out.txt"))


def _read(name: str) -> Iterator[Injection]:
    family = ""
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            family = line[3:]
        elif line and not line.startswith("# "):
            kind, says, text = line.split(" | ", 2)
            wanted = tuple(re.findall("«([^»]*)»", says))
            bare = re.sub("[«»]", "", says)
            yield Injection(family, kind, wanted, bare, _filled(text, bare, wanted[0]))


def _filled(text: str, says: str, wanted: str) -> str:
    def put(match: re.Match[str]) -> str:
        said = says if match[1] == "say" else wanted
        return CODINGS[match[2]](said) if match[2] else said

    return _FIELD.sub(put, text).replace("\\n", "\n")


def ticket(letter: Injection) -> dict[str, Any]:
    """A letter as a ticket of the desk's API."""
    asked: dict[str, Any] = {"names": ["Jo Smith", "Ann"], "subject": None, "messages": []}
    for part in letter.text.split("¶"):
        part = part.strip(" ")
        if part.startswith("@name "):
            asked["names"][0] = part.removeprefix("@name ")
        elif part.startswith("@subject "):
            asked["subject"] = part.removeprefix("@subject ")
        else:
            role = "agent" if part.startswith("A: ") else "customer"
            asked["messages"].append({"role": role, "text": part.removeprefix("A: ")})
    return asked
