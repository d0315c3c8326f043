"""A text cut where findings start and end, so that each can be marked in place."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple


class Piece(NamedTuple):
    """A stretch of text, the findings that it belongs to and those that end with it, from 1."""

    text: str
    within: tuple[int, ...]
    ending: tuple[int, ...]
    soft: bool
    """None of these holds the draft back."""


def pieces(text: str, findings: Sequence[Mapping[str, Any]]) -> list[Piece]:
    """`text` in pieces, in order and whole. A finding of something missing has no stretch."""
    spans = [
        (number, max(0, found["start"]), min(len(text), found["end"]))
        for number, found in enumerate(findings, start=1)
    ]
    spans = [span for span in spans if span[1] < span[2]]
    hard = {number for number, found in enumerate(findings, start=1) if not found["soft"]}
    cuts = sorted({0, len(text)}.union(*({start, end} for _, start, end in spans)))
    found_pieces = []
    for start, end in pairwise(cuts):
        within = tuple(n for n, begins, ends in spans if begins <= start and end <= ends)
        ending = tuple(n for n, _, ends in spans if ends == end)
        found_pieces.append(Piece(text[start:end], within, ending, hard.isdisjoint(within)))
    return found_pieces


def still_there(text: str, held_back: str, findings: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the guard held back of `held_back` and `text` still says."""
    marked = (
        held_back[found["start"] : found["end"]].strip() for found in findings if not found["soft"]
    )
    return [words for words in dict.fromkeys(marked) if words and words in text]
