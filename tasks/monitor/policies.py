"""Policies that say another thing now than when the version was trained, and whom that touches.

Two things may have happened: another text of a document is in force, or the documents were edited.
A text that the version's index holds is retrieved from the day on that it holds; one that it does
not hold can't be cited before the mill turns again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from tasks.policy_book import PolicyBook

if TYPE_CHECKING:
    import polars as pl

    from drafter.embed import Embedder


class Change(NamedTuple):
    """`what`: new, changed, ended. `since` is the day from which its text holds, if it says so."""

    doc_id: str
    title: str
    what: str
    since: datetime | None
    known: bool
    text: str


class Touched(NamedTuple):
    """A change with the drafts it touches: that cite the document, or ask about it."""

    change: Change
    citing: int
    asking: int
    drafts: int


def changed(
    then: "pl.DataFrame", now: "pl.DataFrame", trained_until: datetime, today: datetime
) -> list[Change]:
    """POLICY rows of the version's own index against those of today, each as in force."""
    before = _in_force(then, trained_until)
    after = _in_force(now, today)
    held = set(then["text"])
    found = []
    for key in sorted(before.keys() | after.keys(), key=str):
        old, new = before.get(key), after.get(key)
        if old is not None and new is not None and old["text"] == new["text"]:
            continue
        row = new or old
        assert row is not None
        what = "changed" if old and new else "new" if new else "ended"
        since = row["effective_from"] if new else row["effective_to"]
        known = row["text"] in held
        found.append(Change(row["doc_id"], row["title"], what, since, known, row["text"]))
    return found


def touched(
    changes: Sequence[Change],
    policies: "pl.DataFrame",
    drafts: "pl.DataFrame",
    today: datetime,
    embedder: "Embedder | None",
) -> list[Touched]:
    """`drafts` of `history`. A ticket asks about the document in force that it is most like.

    Without an embedder nobody asks.
    """
    nearest = _nearest(changes, policies, drafts, today, embedder)
    found = []
    for change in changes:
        cites = [change.doc_id in cited for cited in drafts["cites"]]
        asks = [name == change.doc_id for name in nearest]
        either = sum(cited or asked for cited, asked in zip(cites, asks, strict=True))
        found.append(Touched(change, sum(cites), sum(asks), either))
    return sorted(found, key=lambda one: (-one.drafts, one.change.doc_id))


def _in_force(policies: "pl.DataFrame", day: datetime) -> dict[tuple[str, Any], Mapping[str, Any]]:
    return {(row["doc_id"], row["locale"]): row for row in PolicyBook(policies).in_force(day)}


def _nearest(
    changes: Sequence[Change],
    policies: "pl.DataFrame",
    drafts: "pl.DataFrame",
    today: datetime,
    embedder: "Embedder | None",
) -> Iterable[str]:
    if not changes or not drafts.height or embedder is None:
        return [""] * drafts.height
    texts = {row["doc_id"]: row["text"] for row in PolicyBook(policies).in_force(today)}
    # what has ended is asked for as before
    texts |= {one.doc_id: one.text for one in changes if one.what == "ended"}
    names = list(texts)
    asked = embedder.embed([ticket_text(row) for row in drafts.iter_rows(named=True)])
    held = embedder.embed([f"{name}\n{texts[name]}" for name in names])
    return [names[place] for place in (asked @ held.T).argmax(axis=1)]


def ticket_text(draft: Mapping[str, Any]) -> str:
    """The ticket of a draft of `history`, as the model saw it."""
    return "\n".join([draft["subject"], *draft["messages"]])
