"""Missing knowledge: facts that agents state in their replies and no policy in force holds.

A retriever can't find what nobody has written down. Each such fact is one that a policy should
state, or one that agents make up. Only facts that code can see count (drafter/guard.py): amounts,
dates, durations, links. What the ticket says itself is no missing knowledge.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import Field

from drafter.guard import Fact, grounded
from drafter.section import Section
from tasks.policy_book import HEADING, PolicyBook, said_in
from tasks.sentences import sentence_at

if TYPE_CHECKING:
    import polars as pl

    from drafter.embed import Embedder

# Letters; a shorter word tells nothing of what a sentence is about.
LONG_WORD = re.compile(r"[^\W\d_]{4,}")
STEM = 5


class Missing(Section):
    """How facts that no policy holds are put together."""

    embedder: str
    """`minilm`, a folder, or `hub-id@revision`."""

    embedder_sha256: str | None
    """Hash of its weights; null: not checked."""

    near: float = Field(ge=0, le=1)
    """A section of a policy is about a reply's sentence if it shares so much with it and with the
    question as the section that shares most; 0: any section holds any fact."""

    similarity: float = Field(gt=0, le=1)
    """Cosine from which on two sentences that state one fact are together."""

    shown: int = Field(ge=0)
    """Of those groups, by how many tickets they touch."""


class Statement(NamedTuple):
    """One fact of one reply, with the sentence that states it."""

    kind: str
    value: str
    said: str
    sentence: str
    ticket_id: str


class Gap(NamedTuple):
    """Statements of one fact in similar sentences: by how many tickets, and one of them."""

    kind: str
    said: str
    sentence: str
    tickets: tuple[str, ...]


def missing_knowledge(
    tables: "Sequence[pl.DataFrame]", policies: "pl.DataFrame", params: Missing
) -> list[Gap]:
    """What agents state in these tickets and no policy holds; no model is loaded for nothing."""
    from drafter.embed import load_embedder

    found = [statement for table in tables for statement in unwritten(table, policies, params.near)]
    if not found:
        return []
    embedder = load_embedder(params.embedder, params.embedder_sha256)
    return gaps(found, embedder, params.similarity)


def unwritten(tickets: "pl.DataFrame", policies: "pl.DataFrame", near: float) -> list[Statement]:
    """Facts of the human replies of CURATED or RETRIEVED rows that nothing written holds.

    Written is what the policies in force on the ticket's day say of the same thing, their
    addresses, and the ticket itself. `near`: see `_about`.
    """
    book = PolicyBook(policies)
    sections = {
        id(row): [(part, _stems(f"{row['title']} {part}")) for part in _sections(row["text"])]
        for rows in book.versions.values()
        for row in rows
    }
    every = [stems for parts in sections.values() for _, stems in parts]
    count = Counter(stem for stems in every for stem in stems)
    weight = {stem: math.log(len(every) / times) for stem, times in count.items()}
    found = []
    for row in tickets.iter_rows(named=True):
        there = book.in_force(row["created_at"])
        said = said_in(row)
        links = [policy["url"] for policy in there if policy["url"]]
        parts = [part for policy in there for part in sections[id(policy)]]
        for fact in grounded(row["reply"], [*said, *links]).unsupported:
            statement = _statement(fact, row)
            topic = _stems(" ".join([*said, statement.sentence]))
            if fact in grounded(row["reply"], _about(topic, parts, weight, near)).unsupported:
                found.append(statement)
    return found


def _about(
    topic: set[str],
    sections: Sequence[tuple[str, set[str]]],
    weight: Mapping[str, float],
    near: float,
) -> list[str]:
    """The sections about `topic`: else any "14 days" of any policy would hold any other.

    Those that share at least `near` of what the section that shares most does, each word by how
    rare it is among all sections.
    """
    shared = [sum(weight[stem] for stem in stems & topic) for _, stems in sections]
    least = near * max(shared, default=0.0)
    return [part for (part, _), much in zip(sections, shared, strict=True) if much >= least]


def gaps(statements: Sequence[Statement], embedder: "Embedder", similarity: float) -> list[Gap]:
    """Statements of the same fact in sentences at least so similar, by how many tickets they touch.

    Two sentences that share a third one as a neighbour are together.
    """
    import numpy as np

    by_fact: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for statement in sorted(set(statements)):
        by_fact[statement.kind, statement.value].append(statement)
    sentences = sorted({statement.sentence for statement in statements})
    vectors = dict(zip(sentences, embedder.embed(sentences), strict=True))
    found = []
    for same in by_fact.values():
        table = np.stack([vectors[statement.sentence] for statement in same])
        for members in _joined(table @ table.T >= similarity):
            tickets = sorted({same[place].ticket_id for place in members})
            # the one that is most like the others stands for them
            centre = members[int((table[members] @ table[members].T).sum(axis=1).argmax())]
            sample = same[centre]
            found.append(Gap(sample.kind, sample.said, sample.sentence, tuple(tickets)))
    return sorted(found, key=lambda gap: (-len(gap.tickets), gap.kind, gap.said, gap.sentence))


def _sections(markdown: str) -> list[str]:
    """A policy's text, cut before each heading."""
    starts = [0, *(heading.start() for heading in HEADING.finditer(markdown))]
    ends = [*starts[1:], len(markdown)]
    return [markdown[start:end] for start, end in zip(starts, ends, strict=True) if start < end]


def _stems(text: str) -> set[str]:
    """The heads of longer words: `return`, `returns` and `returned` are one."""
    return {word[:STEM] for word in LONG_WORD.findall(text.lower())}


def _statement(fact: Fact, row: Mapping[str, Any]) -> Statement:
    start, end = fact.span
    reply, ticket_id = row["reply"], row["ticket_id"]
    said, sentence = reply[start:end], sentence_at(reply, end)
    return Statement(fact.kind, fact.value, said, sentence, ticket_id)


def _joined(near: Any) -> list[list[int]]:
    """The connected parts of a symmetric table of neighbours."""
    from scipy.sparse.csgraph import connected_components

    count, labels = connected_components(near, directed=False)
    return [[place for place, label in enumerate(labels) if label == part] for part in range(count)]
