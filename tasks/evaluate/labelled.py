"""Texts that are labelled by where they come from: the team's own replies, and what is not in its
voice though it is about the same matters."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from drafter.draw import share_of
from tasks.sentences import sentences

if TYPE_CHECKING:
    import polars as pl

REPLY = "reply"
CLAUSE = "clause"
CUSTOMER = "customer"
CURT = "curt"
# What is not in the team's voice. A reply with a low csat is none of these: it is the team's own
# voice, and the customer disliked what it said.
OTHERS = (CLAUSE, CUSTOMER, CURT)

# Share of the documents whose clauses are kept for judging, by a hash of their id: tickets of other
# groups are answered from the same policies, so that a clause would else be met again.
JUDGING_DOCUMENTS = 0.3


class Text(NamedTuple):
    """One labelled text; `group` is the ticket's, which resampling must keep together."""

    kind: str
    text: str
    group: str
    csat: float | None


def curt(reply: str) -> str | None:
    """The reply without how it opens and how it closes; None where nothing is left.

    Its first sentence goes, and its last paragraph, or its last sentence where it has but one.
    """
    said = sentences(reply)
    paragraphs = [part for part in re.split(r"\n\s*\n", reply.strip()) if part.strip()]
    closing = len(sentences(paragraphs[-1])) if len(paragraphs) > 1 else 1
    return " ".join(said[1 : len(said) - closing]) or None


def labelled(tickets: "pl.DataFrame", most: int, judging: bool) -> list[Text]:
    """Texts of the newest RETRIEVED rows, `most` of them, so that a changed voice counts at once.

    Rows of the same moment are drawn by a hash of their ids. A ticket gives its reply, that reply
    made curt, the customer's last message, and the clause that was retrieved first, as a model that
    copies policy would send it.
    """
    rows = sorted(tickets.iter_rows(named=True), key=_newest_first)
    found: dict[Text, None] = {}
    for row in rows[:most]:
        for kind, read in KINDS.items():
            text = read(row, judging)
            if text and text.strip():
                csat = row["outcome"]["csat"] if row["outcome"] else None
                found[Text(kind, text.strip(), row["group"], csat)] = None
    return list(found)


def _newest_first(row: Mapping[str, Any]) -> tuple[float, float]:
    return -row["created_at"].timestamp(), share_of(row["ticket_id"])


def without(texts: Sequence[Text], known: Collection[str]) -> list[Text]:
    """Those that say nothing word for word that is `known`."""
    return [text for text in texts if text.text not in known]


def _clause(row: Mapping[str, Any], judging: bool) -> str | None:
    first = row["chunks"][:1]
    if first and (share_of(first[0]["doc_id"]) < JUDGING_DOCUMENTS) == judging:
        return str(first[0]["text"])
    return None


def _customer(row: Mapping[str, Any], _: bool) -> str | None:
    said = [message["text"] for message in row["messages"] if message["role"] == CUSTOMER]
    return said[-1] if said else None


KINDS: dict[str, Callable[[Mapping[str, Any], bool], str | None]] = {
    REPLY: lambda row, _: row["reply"],
    CLAUSE: _clause,
    CUSTOMER: _customer,
    CURT: lambda row, _: curt(row["reply"]),
}
