"""Missing knowledge: facts that agents state in their replies and no policy in force holds.

A retriever can't find what nobody has written down. Each such fact is one that a policy should
state, or one that agents make up. Only facts that code can see count (drafter/guard.py): amounts,
dates, durations, links. What the ticket says itself is no missing knowledge.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from drafter.guard import Fact, grounded
from tasks.policy_book import PolicyBook, said_in

if TYPE_CHECKING:
    import polars as pl

    from drafter.embed import Embedder

SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\[\"'(])|\n+")


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


def unwritten(tickets: "pl.DataFrame", policies: "pl.DataFrame") -> list[Statement]:
    """Facts of the human replies of CURATED or RETRIEVED rows that nothing written holds.

    Written is every policy in force on the ticket's day, its address too, and the ticket itself.
    """
    book = PolicyBook(policies)
    found = []
    for row in tickets.iter_rows(named=True):
        there = book.in_force(row["created_at"])
        written = [part["text"] for part in there] + [part["url"] for part in there if part["url"]]
        held = grounded(row["reply"], [*written, *said_in(row)])
        found += [_statement(fact, row) for fact in held.unsupported]
    return found


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


def _statement(fact: Fact, row: Mapping[str, Any]) -> Statement:
    start, end = fact.span
    reply = row["reply"]
    begins = [0, *(match.end() for match in SENTENCE_END.finditer(reply))]
    stops = [*(match.start() for match in SENTENCE_END.finditer(reply)), len(reply)]
    sentence = next(
        reply[begin:stop] for begin, stop in zip(begins, stops, strict=True) if stop >= end
    )
    return Statement(fact.kind, fact.value, reply[start:end], sentence.strip(), row["ticket_id"])


def _joined(near: Any) -> list[list[int]]:
    """The connected parts of a symmetric table of neighbours."""
    from scipy.sparse.csgraph import connected_components

    count, labels = connected_components(near, directed=False)
    return [[place for place, label in enumerate(labels) if label == part] for part in range(count)]
