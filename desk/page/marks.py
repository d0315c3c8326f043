"""A held-back text cut where findings start and end, so that each can be marked in place."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple


class Piece(NamedTuple):
    """A stretch of text, the findings that it belongs to and those that end with it, from 1."""

    text: str
    within: tuple[int, ...]
    ending: tuple[int, ...]


def pieces(text: str, findings: Sequence[Mapping[str, Any]]) -> list[Piece]:
    """`text` in pieces, in order and whole. A finding of something missing has no stretch."""
    spans = [
        (number, max(0, found["start"]), min(len(text), found["end"]))
        for number, found in enumerate(findings, start=1)
    ]
    spans = [span for span in spans if span[1] < span[2]]
    cuts = sorted({0, len(text)}.union(*({start, end} for _, start, end in spans)))
    return [
        Piece(
            text[start:end],
            tuple(n for n, begins, ends in spans if begins <= start and end <= ends),
            tuple(n for n, _, ends in spans if ends == end),
        )
        for start, end in pairwise(cuts)
    ]


def still_there(text: str, held_back: str, findings: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the guard marked in `held_back` and `text` still says."""
    marked = (held_back[found["start"] : found["end"]].strip() for found in findings)
    return [words for words in dict.fromkeys(marked) if words and words in text]
