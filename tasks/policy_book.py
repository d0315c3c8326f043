"""Which policy held on a ticket's day, and what a draft may take its facts from."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$", re.MULTILINE)


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

    def in_force(self, day: datetime) -> list[dict[str, Any]]:
        """Every document as it stood on `day`, each once."""
        versions = {id(row): row for rows in self.versions.values() for row in rows}
        return [row for row in versions.values() if _begun(row, day) and not _ended(row, day)]

    def _of(self, name: str) -> list[dict[str, Any]]:
        document, _, heading = name.partition("#")
        versions = self.versions.get(document) or self.versions.get(_address(document)) or []
        return [version | {"text": under_heading(version["text"], heading)} for version in versions]


def evidence_of(
    ticket: Mapping[str, Any], documents: Sequence[Mapping[str, Any]]
) -> tuple[str, ...]:
    """All that a draft may take its facts from: a RETRIEVED ticket's clauses, `documents`, itself.

    The human's reply is none of it.
    """
    parts = [*ticket["chunks"], *documents]
    links = [part["url"] for part in parts if part["url"]]
    return tuple(dict.fromkeys([*(part["text"] for part in parts), *links, *said_in(ticket)]))


def said_in(ticket: Mapping[str, Any]) -> list[str]:
    """The ticket's own words: its subject and its messages."""
    return [ticket["subject"] or "", *(message["text"] for message in ticket["messages"])]


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


def _begun(version: Mapping[str, Any], day: datetime) -> bool:
    return version["effective_from"] is None or bool(version["effective_from"] <= day)


def _ended(version: Mapping[str, Any], day: datetime) -> bool:
    return version["effective_to"] is not None and bool(version["effective_to"] <= day)


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w]+", "-", heading.lower()).strip("-")


def _address(url: str) -> str:
    """A URL without scheme, host's www, query and closing slash; a doc_id as it is."""
    return re.sub(r"^\w+://(www\.)?", "", url).partition("?")[0].rstrip("/")
