"""The tickets as evaluation sees them: what was asked, what the human sent, what may be said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from drafter.clean import query_text
from drafter.guard import stated
from tasks.accuracy.passage import answering
from tasks.policy_book import PolicyBook, evidence_of, said_in

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Case:
    """One holdout ticket. `evidence` is all that a draft may take its facts from."""

    ticket_id: str
    question: str
    human: str
    evidence: tuple[str, ...]
    after_change: bool
    """Its policy took effect after the newest training ticket, so no reply taught it."""
    superseded: frozenset[tuple[str, str]]
    """Facts (kind, value) that earlier versions of its policy state, and neither today's nor the
    ticket itself."""
    is_macro: bool
    ticket: Mapping[str, Any]
    """The RETRIEVED row itself: rules look at its topic, locale and channel."""
    policy: str
    """The few sentences of its policy that answer it; empty where the human's reply rests on none.
    """


def cases_of(
    tickets: "pl.DataFrame", policies: "pl.DataFrame", newest_training: datetime
) -> list[Case]:
    """A Case for each RETRIEVED row, in their order.

    Evidence is the policy in force on the ticket's day (what retrieval found, and the documents
    that the human's reply rests on) and the ticket itself; the human's reply is none.
    """
    book = PolicyBook(policies)
    cases = []
    for row in tickets.iter_rows(named=True):
        documents, earlier = book.versions_of(row)
        said = said_in(row)
        starts = [document["effective_from"] for document in documents]
        today = [*said, *(document["text"] for document in documents)]
        cases.append(
            Case(
                ticket_id=row["ticket_id"],
                question=query_text(row),
                human=row["reply"],
                evidence=evidence_of(row, documents),
                after_change=any(start is not None and start > newest_training for start in starts),
                superseded=_stated(earlier) - _stated(today),
                is_macro=bool(row["is_macro"]),
                ticket=row,
                policy=_answering(row, documents),
            )
        )
    return cases


def _answering(row: Mapping[str, Any], documents: Sequence[Mapping[str, Any]]) -> str:
    """From what the human's reply cites; where that is nothing, from the first retrieved clause."""
    cited = bool(row["cites"]) and bool(documents)
    passages = documents if cited else row["chunks"][:1]
    texts = [passage["text"] for passage in passages]
    return answering(texts, query_text(row), row["reply"], cited=cited)


def _stated(texts: Iterable[str]) -> frozenset[tuple[str, str]]:
    return frozenset[tuple[str, str]]().union(*map(stated, texts))
