"""All that a text says which must come from somewhere: drafter/guard.py's facts, and the disguised.

    said("See hxxps://desk.example/r, or ring oh two oh, seven nine four six")

Only rules read this. How well a draft answers is measured by drafter/guard.py alone.
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from drafter import guard
from drafter.compliance.contacts import contacts
from drafter.compliance.places import places
from drafter.compliance.sums import sums
from drafter.guard import Fact
from drafter.plain import plain


@lru_cache(maxsize=8192)
def said(text: str) -> tuple[Fact, ...]:
    """The facts in their order, apart from each other; spans are places in `text`."""
    folded, at = plain(text)
    plainly = guard.facts(folded)
    whose = array("l", [-1]) * len(folded)
    for number, fact in enumerate(plainly):
        for place in range(*fact.span):
            whose[place] = number
    taken, found, within = bytearray(len(folded)), [], set()
    for fact in _longest(chain(contacts(folded), places(folded), sums(folded))):
        near = set(whose[slice(*fact.span)]) - {-1}
        # a date is no phone; what holds a plain fact and more is meant as a whole
        if any(taken[slice(*fact.span)]) or not all(_gives_way(plainly[n], fact) for n in near):
            continue
        taken[slice(*fact.span)] = b"\1" * (fact.span[1] - fact.span[0])
        found.append(fact)
        within |= {plainly[number].span for number in near}
    found += [fact for fact in plainly if fact.span not in within]
    in_text = (Fact(fact.kind, fact.value, _place(fact.span, at)) for fact in found)
    return tuple(sorted(in_text, key=lambda fact: fact.span))


@dataclass(frozen=True)
class Known:
    """What some texts say, to hold a draft against."""

    facts: frozenset[tuple[str, str]]
    words: str

    @classmethod
    def by(cls, texts: Iterable[str]) -> "Known":
        return _known(tuple(texts))

    def holds(self, fact: Fact, written: str) -> bool:
        """Whether they say it, or where it is an address, have the very words."""
        if (fact.kind, fact.value) in self.facts:
            return True
        words = _folded(written)
        return fact.kind == "address" and bool(
            re.search(rf"(?<!\w){re.escape(words)}(?!\w)", self.words)
        )


@lru_cache(maxsize=1024)
def _known(texts: tuple[str, ...]) -> Known:
    found = (fact for text in texts for fact in _all(text))
    facts = frozenset((fact.kind, value) for fact in found for value in _forms(fact))
    return Known(facts, "\n".join(map(_folded, texts)))


def _forms(fact: Fact) -> Iterator[str]:
    yield from guard.forms(fact)
    if fact.kind == "link":
        yield fact.value.partition("/")[0]  # who may name a page may name its host


@lru_cache(maxsize=8192)
def _all(text: str) -> tuple[Fact, ...]:
    """As `said`, and the plain facts within longer ones: a source may say more than a draft."""
    hosts = (Fact("link", fact.value.partition("@")[2], fact.span) for fact in guard.facts(text)
             if fact.kind == "email")  # fmt: skip
    return (*said(text), *guard.facts(plain(text)[0]), *hosts)


@lru_cache(maxsize=1024)
def _folded(text: str) -> str:
    return " ".join(plain(text)[0].casefold().split())


def _longest(facts: Iterable[Fact]) -> list[Fact]:
    """The facts from the longest on, those at one place once."""
    return sorted(set(facts), key=lambda fact: (fact.span[0] - fact.span[1], fact.span, fact.kind))


def _gives_way(plainly: Fact, longer: Fact) -> bool:
    """Whether `longer` holds a plain fact and more, and the fact is not of another nature."""
    (start, end), (first, last) = plainly.span, longer.span
    return plainly.kind not in ("date", "time") and first <= start < end <= last and (
        plainly.span != longer.span
    )  # fmt: skip


def _place(span: tuple[int, int], at: Sequence[int]) -> tuple[int, int]:
    return at[span[0]], at[span[1] - 1] + 1
