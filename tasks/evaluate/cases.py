"""The tickets as evaluation sees them: what was asked, what the human sent, what may be said."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from drafter.clean import query_text
from drafter.guard import facts
from tasks.accuracy.passage import answering

if TYPE_CHECKING:
    import polars as pl

HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$", re.MULTILINE)


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
        texts = [chunk["text"] for chunk in row["chunks"]]
        texts += [document["text"] for document in documents]
        links = [part["url"] for part in [*row["chunks"], *documents] if part["url"]]
        said = [row["subject"] or "", *(message["text"] for message in row["messages"])]
        starts = [document["effective_from"] for document in documents]
        today = [*said, *(document["text"] for document in documents)]
        cases.append(
            Case(
                ticket_id=row["ticket_id"],
                question=query_text(row),
                human=row["reply"],
                evidence=tuple(dict.fromkeys([*texts, *links, *said])),
                after_change=any(start is not None and start > newest_training for start in starts),
                superseded=_stated(earlier) - _stated(today),
                is_macro=bool(row["is_macro"]),
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


class PolicyBook:
    """Policies by the names that tickets cite them under: a doc_id or a URL, and a #heading."""

    def __init__(self, policies: "pl.DataFrame") -> None:
        self.versions: dict[str, list[dict[str, Any]]] = {}
        for row in policies.iter_rows(named=True):
            for name in {row["doc_id"], _address(row["url"] or row["doc_id"])}:
                self.versions.setdefault(name, []).append(row)

    def versions_of(self, ticket: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
        """The versions in force of what the ticket cites, else of what was retrieved first.

        And what the same documents said in versions that had ended on the ticket's day. Where a
        heading is cited, `text` is what stands under it.
        """
        day = ticket["created_at"]
        in_force: list[dict[str, Any]] = []
        earlier: list[str] = []
        for names in (ticket["cites"] or [], [chunk["doc_id"] for chunk in ticket["chunks"][:1]]):
            found = [version for name in names for version in self._of(name)]
            earlier = [version["text"] for version in found if _ended(version, day)]
            in_force = [
                version for version in found if _begun(version, day) and not _ended(version, day)
            ]
            if in_force:
                break
        return in_force, earlier

    def _of(self, name: str) -> list[dict[str, Any]]:
        document, _, heading = name.partition("#")
        versions = self.versions.get(document) or self.versions.get(_address(document)) or []
        return [version | {"text": under_heading(version["text"], heading)} for version in versions]


def under_heading(markdown: str, anchor: str) -> str:
    """The part under the heading whose anchor is `anchor`, the heading too; all if there is none.

    The anchor of `## Corrie tent` is `corrie-tent`.
    """
    headings = list(HEADING.finditer(markdown))
    for number, heading in enumerate(headings):
        if _anchor(heading[2]) == anchor:
            level = len(heading[1])
            ends = (h.start() for h in headings[number + 1 :] if len(h[1]) <= level)
            return markdown[heading.start() : next(ends, len(markdown))].strip()
    return markdown


def _stated(texts: Iterable[str]) -> frozenset[tuple[str, str]]:
    return frozenset((fact.kind, fact.value) for text in texts for fact in facts(text))


def _begun(version: Mapping[str, Any], day: datetime) -> bool:
    return version["effective_from"] is None or bool(version["effective_from"] <= day)


def _ended(version: Mapping[str, Any], day: datetime) -> bool:
    return version["effective_to"] is not None and bool(version["effective_to"] <= day)


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w]+", "-", heading.lower()).strip("-")


def _address(url: str) -> str:
    """A URL without scheme, host's www, query and closing slash; a doc_id as it is."""
    return re.sub(r"^\w+://(www\.)?", "", url).partition("?")[0].rstrip("/")
