"""Pairs from policies that changed inside the training period: which reply fits the clause shown.

A reply of May quotes the 30 days of its day; since June the clause says 45. From such a ticket come
two pairs, each with the very same two replies:

    now    the prompt shows the clause of today (45):  the reply with 45  >  the reply with 30
    then   the prompt shows the clause of its day (30):  the reply with 30  >  the reply with 45

The reply that is no human's differs from the human's in the figure alone. Of `now` by itself a
model could learn to say 45 whenever it is asked; with `then` beside it, either figure is right as
often as wrong, and so is either text: only reading the clause tells which. That is what must
outlast the next change, when both figures are old.

Today is the end of the training period. What took effect later is not looked at, nor is the end of
a period that lies later: a policy that changes afterwards leaves the pairs as they were.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from drafter.cites import Resolver, slug
from drafter.guard import Fact, facts
from drafter.numerals import NUMBER
from tasks.preferences.candidate import Candidate, Ticket, prompt_with

if TYPE_CHECKING:
    import polars as pl

Chunk = Mapping[str, Any]
Key = tuple[str, str]
# Of the words around the figures: below, it is another clause that moved to this place.
SAME_CLAUSE = 0.8


class Clauses:
    """The clauses as they stood at the end of the training period."""

    def __init__(self, chunks: "pl.DataFrame", until: datetime) -> None:
        """`chunks` are CHUNK rows of any period."""
        import polars as pl

        since, end = pl.col("effective_from"), pl.col("effective_to")
        there = (since.is_null() | (since <= until)) & (end.is_null() | (end > until))
        self._by_place: dict[Key, list[Chunk]] = {}
        for chunk in chunks.filter(there).iter_rows(named=True):
            self._by_place.setdefault((chunk["doc_id"], chunk["clause"]), []).append(chunk)
        about = {chunk["doc_id"]: chunk["url"] for chunk in chunks.iter_rows(named=True)}
        self._resolver = Resolver({"doc_id": name, "url": url} for name, url in about.items())

    def today(self, chunk: Chunk) -> Chunk | None:
        """What stands in the clause's place; None where nothing does, or several texts do."""
        found = self._by_place.get((chunk["doc_id"], chunk["clause"]), [])
        return found[0] if len(found) == 1 else None

    def stands(self, chunk: Chunk) -> bool:
        """Whether the clause says today what it said."""
        today = self.today(chunk)
        return today is not None and today["text"] == chunk["text"]

    def cited(self, ticket: Ticket) -> list[Chunk]:
        """The ticket's clauses, or of these what its reply cites, if it cites any."""
        cites = self._resolver.resolve(ticket["cites"] or [])
        named = [
            chunk
            for chunk in ticket["chunks"]
            for cite in cites
            if chunk["doc_id"] == cite.doc_id
            and (cite.section is None or cite.section in _headings(chunk))
        ]
        return named or list(ticket["chunks"])


def outdated(tickets: Iterable[Ticket], clauses: Clauses, chunks: int) -> Iterator[Candidate]:
    """Two candidates for each ticket whose figure has changed, one that is left out for others.

    still_in_force     every clause that the ticket came with stands as it stood
    states_no_clause   the reply has no figure of a clause that it came with
    two_clauses        several clauses hold the figure, so which one is meant is not known
    clause_gone        today the document says nothing in its place, or something else
    same_figure        today's clause has the figure too
    not_matched        more than one figure changed, or in kind: which replaces which is not known
    not_shown          the clause is not among those that a prompt has room for
    """
    for ticket in tickets:
        found = _found(ticket, clauses, chunks)
        if isinstance(found, str):
            yield Candidate.of(ticket, "outdated", reason=found)
        else:
            yield from found


def _found(ticket: Ticket, clauses: Clauses, chunks: int) -> str | tuple[Candidate, Candidate]:
    reply, cited = ticket["reply"], clauses.cited(ticket)
    if all(map(clauses.stands, cited)):
        return "still_in_force"
    stated = _keys(reply)
    held = [chunk for chunk in cited if _keys(chunk["text"]) & stated]
    if not held:
        return "states_no_clause"
    if len(held) > 1:
        return "two_clauses"
    (old,) = held
    new = clauses.today(old)
    if new is None or not _same_clause(old["text"], new["text"]):
        return "clause_gone"
    if _keys(old["text"]) & stated <= _keys(new["text"]):
        return "same_figure"
    other = restated(reply, old["text"], new["text"])
    if other is None:
        return "not_matched"
    shown = ticket["chunks"][:chunks]
    if old["chunk_id"] not in [chunk["chunk_id"] for chunk in shown]:
        return "not_shown"
    today = filter(None, map(clauses.today, shown))
    then = Candidate.of(
        ticket,
        "outdated",
        part="then",
        prompt=prompt_with(ticket, shown),
        chosen=reply,
        rejected=other,
    )
    now = replace(then, part="now", prompt=prompt_with(ticket, today), chosen=other, rejected=reply)
    return now, then


def restated(reply: str, old: str, new: str) -> str | None:
    """`reply` with the figure of clause `new` in the place of clause `old`'s, else as it is.

    None where it is not one figure for one of the same kind.
    """
    gone, come = _keys(old) - _keys(new), _keys(new) - _keys(old)
    stated = gone & _keys(reply)
    if len(stated) != 1:
        return None
    (was,) = stated
    fits = [key for key in come if (key[0], _unit(key)) == (was[0], _unit(was))]
    if len(fits) != 1 or fits[0] in _keys(reply):
        return None
    written = next(fact for fact in facts(new) if _key(fact) == fits[0])
    text = reply
    for fact in reversed([fact for fact in facts(reply) if _key(fact) == was]):
        start, end = fact.span
        figure = _in_the_words_of(text[start:end], new[slice(*written.span)])
        text = text[:start] + figure + text[end:]
    expected = (_keys(reply) - {was}) | {fits[0]}
    return text if _keys(text) == expected else None


def _in_the_words_of(written: str, figure: str) -> str:
    """`figure` as `written` puts it: "45 days" for "30-day" is "45-day"; else as it is."""
    number = re.compile(NUMBER, re.IGNORECASE)
    ours, theirs = number.findall(written), number.findall(figure)
    if len(ours) != 1 or len(theirs) != 1:
        return figure
    same = written.replace(ours[0], theirs[0], 1)
    return same if {_key(f) for f in facts(same)} == {_key(f) for f in facts(figure)} else figure


def _same_clause(old: str, new: str) -> bool:
    """Whether the two say the same, figures apart."""
    return SequenceMatcher(None, _words(old), _words(new), autojunk=False).ratio() >= SAME_CLAUSE


def _words(text: str) -> list[str]:
    for fact in reversed(facts(text)):
        text = text[: fact.span[0]] + " " + text[fact.span[1] :]
    return text.casefold().split()


def _headings(chunk: Chunk) -> list[str]:
    return [slug(heading) for heading in chunk["clause"].split(" > ")[:-1]]


def _unit(key: Key) -> str:
    return key[1].partition(" ")[2]


def _key(fact: Fact) -> Key:
    return fact.kind, fact.value


def _keys(text: str) -> set[Key]:
    return set(map(_key, facts(text)))
