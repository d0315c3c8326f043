"""What an agent changed, word by word."""

import re
from typing import NamedTuple

# Words gone times words new, at most: each pair is looked at once. difflib took 75 s on 1,500 words
# of a model that repeats itself.
MOST = 250_000
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
    """`sent` held against `draft`. Where too much differs, it is one stretch."""
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
    """The longest common words of both, in order, and between them what went before what came."""
    if len(old) * len(new) > MOST:
        return [("out", old), ("in", new)]
    common = _common(old, new)
    found: list[tuple[str, list[str]]] = []
    i = j = 0
    while i < len(old) or j < len(new):
        gone, came = i, j
        while i < len(old) and common[i + 1][j] == common[i][j]:
            i += 1
        while j < len(new) and common[i][j + 1] == common[i][j]:
            j += 1
        found += [("out", old[gone:i]), ("in", new[came:j])]
        kept = i
        while i < len(old) and j < len(new) and old[i] == new[j]:
            i, j = i + 1, j + 1
        found.append(("same", old[kept:i]))
    return found


def _common(old: list[str], new: list[str]) -> list[list[int]]:
    """How many words old[i:] and new[j:] have in common, in order, at [i][j]."""
    rows = [[0] * (len(new) + 1)]
    for word in reversed(old):
        below, row = rows[-1], [0] * (len(new) + 1)
        for j in range(len(new) - 1, -1, -1):
            row[j] = below[j + 1] + 1 if word == new[j] else max(below[j], row[j + 1])
        rows.append(row)
    return rows[::-1]


def _alike(one: list[str], other: list[str]) -> int:
    """How many words both start with."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
