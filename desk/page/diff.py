"""What an agent changed, word by word."""

import re
from difflib import SequenceMatcher
from typing import NamedTuple

# words of the changed middle on either side; comparing takes the square of it
MOST = 1500
_WORD = re.compile(r"\S+\s*|\s+")


class Change(NamedTuple):
    """A stretch that is kept ("same"), gone ("out") or new ("in")."""

    kind: str
    text: str


class Changes(NamedTuple):
    """The stretches in order, and how many words went and came."""

    stretches: list[Change]
    out: int
    new: int


def changes(draft: str, sent: str) -> Changes:
    """`sent` held against `draft`. Where more than MOST words differ, it is one stretch."""
    before, after = _WORD.findall(draft), _WORD.findall(sent)
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    found = [("same", before[:start]), *_middle(old, new), ("same", before[len(before) - end :])]
    stretches = [Change(kind, "".join(words)) for kind, words in found if words]
    counts = {
        kind: sum(len([w for w in words if w.strip()]) for k, words in found if k == kind)
        for kind in ("out", "in")
    }
    return Changes(stretches, counts["out"], counts["in"])


def _middle(old: list[str], new: list[str]) -> list[tuple[str, list[str]]]:
    if max(len(old), len(new)) > MOST:
        return [("out", old), ("in", new)]
    found = []
    for _, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        same = old[i:j] == new[k:m]
        found += [("same", old[i:j])] if same else [("out", old[i:j]), ("in", new[k:m])]
    return found


def _alike(one: list[str], other: list[str]) -> int:
    """How many words both start with."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
