"""Policies cut into clauses, each with the dates it is in force.

    # Returns                         title "Returns"
    ## Germany                        clause "Germany > 1"
    - 30 days for shoes.              text "30 days for shoes."
    - 14 days for the rest.           clause "Germany > 2", a chunk of its own

A clause is a paragraph, an item of a list with what hangs below it, a table or a block of code.
In a long document neighbours under one heading are joined, so that a chunk says enough to be found.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
ITEM = re.compile(r"^(?:[-*+]|\d+[.)])\s+")
FENCE = re.compile(r"^\s*(```|~~~)")
IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
CONTENTS = "table of contents"


@dataclass(frozen=True)
class ChunkSizes:
    """How clauses are cut; all in words."""

    merge_above: int
    """Documents up to this length keep each clause apart."""
    least: int
    """A chunk of a longer document is joined with the next until it has this many."""
    most: int
    """A longer clause is cut between its lines or sentences."""


@dataclass(frozen=True)
class Clause:
    """One clause of one document: its path below the title, and its text."""

    path: str
    text: str


def chunk_policies(policies: "pl.DataFrame", sizes: ChunkSizes) -> "pl.DataFrame":
    """CHUNK rows of POLICY rows, in a fixed order.

    An id says document, period and place (`returns@2026-03-01#4`), so a later version of the
    document changes no id of an earlier one.
    """
    import polars as pl

    from drafter.records import CHUNK

    rows: list[dict[str, object]] = []
    by = ["doc_id", "effective_from", "locale", "source"]
    taken: set[str] = set()
    for policy in policies.sort(by, nulls_last=False).iter_rows(named=True):
        prefix = _prefix(policy["doc_id"], policy["effective_from"])
        if prefix in taken:
            prefix = f"{prefix}/{policy['locale']}"
        taken.add(prefix)
        for number, clause in enumerate(cut(policy["title"], policy["text"], sizes), start=1):
            rows.append(
                {name: policy[name] for name in ("doc_id", "title", "url")}
                | {"effective_from": policy["effective_from"]}
                | {"effective_to": policy["effective_to"]}
                | {"chunk_id": f"{prefix}#{number}", "clause": clause.path, "text": clause.text}
            )
    return pl.DataFrame(rows, schema=CHUNK)


def _prefix(doc_id: str, effective_from: "datetime | None") -> str:
    return f"{doc_id}@{effective_from:%Y-%m-%d}" if effective_from else doc_id


def cut(title: str, text: str, sizes: ChunkSizes) -> list[Clause]:
    """The clauses of one document. A first heading that repeats `title` is in no path."""
    found: list[tuple[tuple[str, ...], str]] = []
    for headings, block in _blocks(text):
        if headings and _same(headings[0], title):
            headings = headings[1:]
        if any(_same(heading, CONTENTS) for heading in headings):
            continue
        found.extend((headings, piece) for piece in _pieces(block, sizes.most))
    if sum(_words(piece) for _, piece in found) > sizes.merge_above:
        found = _merge(found, sizes)
    numbers: dict[tuple[str, ...], int] = {}
    clauses = []
    for headings, piece in found:
        numbers[headings] = numbers.get(headings, 0) + 1
        clauses.append(Clause(" > ".join([*headings, str(numbers[headings])]), piece))
    return clauses


def _blocks(text: str) -> list[tuple[tuple[str, ...], str]]:
    """Paragraphs, list items (with their nested lines), tables; each under its headings."""
    blocks: list[tuple[tuple[str, ...], str]] = []
    headings: list[tuple[int, str]] = []
    lines: list[str] = []
    fenced = False

    def close() -> None:
        block = "\n".join(lines).strip()
        lines.clear()
        if block:
            blocks.append((tuple(name for _, name in headings), block))

    for raw in IMAGE.sub("", text).splitlines():
        line = raw.rstrip()
        if FENCE.match(line):
            fenced = not fenced
        heading = None if fenced else HEADING.match(line)
        if heading:
            close()
            level = len(heading[1])
            headings = [pair for pair in headings if pair[0] < level]
            headings.append((level, _plain(heading[2])))
        elif not fenced and (not line.strip() or ITEM.match(line)):
            close()
            if line.strip():
                lines.append(ITEM.sub("", line))
        else:
            lines.append(line)
    close()
    return blocks


def _pieces(block: str, most: int) -> list[str]:
    """`block`, or its parts where it has more than `most` words: whole lines, else sentences."""
    if _words(block) <= most:
        return [block]
    parts = block.splitlines() if "\n" in block else re.split(r"(?<=[.!?])\s+", block)
    if len(parts) == 1:
        words = block.split()
        return [" ".join(words[i : i + most]) for i in range(0, len(words), most)]
    joint = "\n" if "\n" in block else " "
    pieces: list[str] = []
    for part in (piece for whole in parts for piece in _pieces(whole, most)):
        if pieces and _words(pieces[-1]) + _words(part) <= most:
            pieces[-1] += joint + part
        else:
            pieces.append(part)
    return pieces


def _merge(
    found: list[tuple[tuple[str, ...], str]], sizes: ChunkSizes
) -> list[tuple[tuple[str, ...], str]]:
    """Join neighbours under one heading while the first is short and the whole not too long."""
    merged: list[tuple[tuple[str, ...], str]] = []
    for headings, piece in found:
        if merged and merged[-1][0] == headings:
            before = merged[-1][1]
            if _words(before) < sizes.least and _words(before) + _words(piece) <= sizes.most:
                merged[-1] = (headings, f"{before}\n{piece}")
                continue
        merged.append((headings, piece))
    return merged


def _words(text: str) -> int:
    return len(text.split())


def _plain(heading: str) -> str:
    return re.sub(r"[*_`]+", "", heading).strip()


def _same(one: str, other: str) -> bool:
    return one.casefold().strip() == other.casefold().strip()
