"""Errors planted in right replies, so that a score can be shown to see them.

    plant("wrong_figure", "You have 14 days.", names=(), draw)   "You have 42 days."

None where a text has no place for that error.
"""

import random
import re
from collections.abc import Callable, Collection

from drafter.guard import facts
from drafter.numerals import NUMBER, parse_number, plain
from tasks.accuracy.words import ACTIONS, WORD

KINDS = ("amount", "date", "duration", "quantity", "time")
AUXILIARY = re.compile(
    r"\b(is|are|was|were|will|can|may|must|should|would|could|has|have|does|do)\b(?! not|n't)", re.I
)
DENIED = re.compile(r"\b(is|are|was|were|will|may|must|should|would|could|has|have) not\b", re.I)
SHORT_DENIED = re.compile(r"\b(is|are|was|were|do|does|did|has|have|would|could|should)n't\b", re.I)
SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
PRONOUN = re.compile(r"\b(we|you|they) (?=[a-z]+)", re.I)


def plant(error: str, text: str, names: Collection[str], draw: random.Random) -> str | None:
    """`text` with one error of that name. `names` are what products and places are called."""
    return ERRORS[error](text, names, draw)


def wrong_figure(text: str, _: Collection[str], draw: random.Random) -> str | None:
    """One amount, date, duration, time or quantity becomes another."""
    spans = [
        (fact.span[0] + match.start(), fact.span[0] + match.end())
        for fact in facts(text)
        if fact.kind in KINDS
        for match in re.finditer(NUMBER, text[slice(*fact.span)], re.IGNORECASE)
    ]
    if not spans:
        return None
    start, end = draw.choice(spans)
    right = parse_number(text[start:end])
    wrong = draw.choice([right * 2 + 1, right * 3, right + 5, right // 2 + 3 + right])
    return text[:start] + plain(wrong) + text[end:]


def other_name(text: str, names: Collection[str], draw: random.Random) -> str | None:
    """A product or place becomes another one of the same company."""
    there = sorted(name for name in names if re.search(rf"\b{re.escape(name)}\b", text, re.I))
    others = sorted(set(names) - set(there))
    if not there or not others:
        return None
    name, other = draw.choice(there), draw.choice(others)
    return re.sub(rf"\b{re.escape(name)}\b", lambda _: other, text, flags=re.IGNORECASE)


def opposite(text: str, _: Collection[str], __: random.Random) -> str | None:
    """What is said is denied, and what is denied is said, where the text states its first fact."""
    stated = [part for part in SENTENCE.findall(text) if facts(part)]
    if stated:
        denied = _denied(stated[0])
        return text.replace(stated[0], denied, 1) if denied else None
    return _denied(text)


def _denied(text: str) -> str | None:
    for pattern, by in (
        (re.compile(r"\bcannot\b|\bcan't\b|\bcan not\b", re.I), "can"),
        (DENIED, r"\1"),
        (SHORT_DENIED, r"\1"),
        (re.compile(r"\bno longer\b", re.I), "still"),
        (AUXILIARY, r"\1 not"),
        (PRONOUN, r"\1 do not "),
    ):
        if pattern.search(text):
            denied = pattern.sub(by, text, count=1)
            return re.sub(r"^(yes|no)\b", _flipped, denied, flags=re.IGNORECASE)
    return None


def _flipped(match: re.Match[str]) -> str:
    return "No" if match[0].lower() == "yes" else "Yes"


def other_action(text: str, _: Collection[str], draw: random.Random) -> str | None:
    """What is done becomes something else: a refund a repair."""
    places = [match for match in WORD.finditer(text) if match[0].lower() in ACTIONS]
    if not places:
        return None
    place = draw.choice(places)
    done = ACTIONS[place[0].lower()]
    other = draw.choice(sorted({name for name in ACTIONS.values() if name != done}))
    return text[: place.start()] + other + text[place.end() :]


ERRORS: dict[str, Callable[[str, Collection[str], random.Random], str | None]] = {
    "wrong_figure": wrong_figure,
    "other_name": other_name,
    "opposite": opposite,
    "other_action": other_action,
}
