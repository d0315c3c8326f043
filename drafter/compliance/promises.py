"""Commitments in a draft: what binds the company if a customer holds it to its word.

    promises("Sorry! We will gladly refund you. May I have your address?")
    [Promise("refund", (7, 32))]

A clause commits where it speaks of such a thing (in the words of commitments.py) and states it: it
asks nothing, refuses nothing, leaves nothing open and doesn't tell the customer what to do.

Seen: English. Not seen: promises in other languages, in words that no list has, or whose parts
stand in two sentences; and what a promise is about: a policy that grants one refund grants each.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from drafter.compliance.commitments import COMMITMENTS
from drafter.compliance.grants import GRANTS
from drafter.compliance.vocabulary import Words


@dataclass(frozen=True)
class Promise:
    """One commitment: its theme, and where the text makes it."""

    theme: str
    span: tuple[int, int]


@lru_cache(maxsize=4096)
def promises(text: str) -> tuple[Promise, ...]:
    """Every commitment in `text`, in its order; at most one of a theme in a clause."""
    found = []
    for start, sentence in _sentences(text.translate(_QUOTES)):
        parts = [(start, sentence, True)]
        parts += [(start + place, clause, False) for place, clause in _clauses(sentence)]
        for place, part, whole in parts:
            for theme, ways in COMMITMENTS.items():
                spans = (_states(part, words) for words in ways if words.apart is whole)
                if span := next(filter(None, spans), None):
                    found.append(Promise(theme, (place + span[0], place + span[1])))
    return tuple(sorted(set(found), key=lambda promise: (promise.span, promise.theme)))


def grants(theme: str, policy: Sequence[str]) -> bool:
    """Whether a clause of a policy grants such a thing at all."""
    return any(_grants(theme, text) for text in policy)


@lru_cache(maxsize=16384)
def _grants(theme: str, text: str) -> bool:
    return any(
        words.find(clause) and (words.negated or not _REFUSES.search(clause))
        for _, sentence in _sentences(text.translate(_QUOTES))
        for _, clause in _clauses(sentence)
        for words in GRANTS[theme]
    )


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Sentences with their places; questions are left out."""
    for sentence in _SENTENCE.finditer(text):
        if not sentence[0].rstrip().endswith("?"):
            yield sentence.start(), sentence[0]


def _clauses(sentence: str) -> Iterator[tuple[int, str]]:
    """Parts of a sentence that can be read by themselves, with their places in it."""
    start = 0
    for end in _CLAUSE_END.finditer(sentence):
        yield start, sentence[start : end.start()]
        start = end.end()
    yield start, sentence[start:]


def _states(clause: str, words: Words) -> tuple[int, int] | None:
    span = words.find(clause)
    if span is None or _OPEN.search(clause[: span[1]]):
        return None
    # a condition behind it is none: "we refund you if it is broken" binds who breaks one
    if not words.regardless and (_IF.search(clause[: span[1]]) or _TELLS.search(clause)):
        return None
    # "a refund is sadly not possible": a few words behind may refuse it too
    behind = None if words.content else _FEW_WORDS.match(clause, span[1])
    if not words.negated and _REFUSES.search(clause[: behind.end() if behind else span[1]]):
        return None
    return span


_QUOTES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u00a0": " "})
_SENTENCE = re.compile(r"\S(?:[^.!?\n]|[.!?](?=[\w/]))*(?:[.!?]+|\n|$)")
_CLAUSE_END = re.compile(
    r"[,;:()\u2013\u2014]| - |\b(?:but|so|because|(?<!your )while|and(?= (?:we|i|you)\b))\b", re.I
)
_FEW_WORDS = re.compile(r"(?:\W+[\w'-]+){0,4}")
# "No matter when" and "never ends" refuse nothing.
_REFUSES = re.compile(
    r"\b(?:not(?! (?:\w+ )?(?:happy|satisfied|pleased) (?:with|by)\b| (?:only|just"
    r"|(?:ever )?(?:expire|end|lapse|run out))\b)"
    r"|never(?! (?:ever )?(?:mind|(?:expire|end|lapse|stop)s?|runs? out)\b)"
    r"|no(?! (?:matter|doubt|problem|worries|questions|(?:time )?limits?|deadline|end|expiry)\b)"
    r"|none|cannot|unable|neither|nor|rather than|instead of(?! [€$£]? ?\d)|refus\w+|declin\w+"
    r"|non-?refundable|exclud\w+|impossible|out of the question)\b"
    r"|n't\b(?! (?:ever )?(?:expire|end|lapse|run out)\b)",
    re.I,
)
# Left open, or only told of: whether it will be done, that the customer asked for it.
_OPEN = re.compile(
    r"\b(?:whether|depends?|depending|might|maybe|perhaps|possibly|hope|hoping"
    r"|wonder\w*|would have"
    r"|tr(?:y|ies|ied|ying) to|attempt\w*|you (?:\w+ )?(?:asked|requested|wanted|want|wrote"
    r"|mention\w*|said)"
    r"|(?:your|the|a) (?:\w+ )?(?:request|question|enquiry|inquiry|application|claim) (?:for"
    r"|about|on|to)"
    r"|(?:received|got|read|have) your (?:\w+ )?(?:request|question|enquiry|inquiry|application"
    r"|claim))\b",
    re.I,
)
_IF = re.compile(r"\b(?:(?<!even )if|unless)\b", re.I)
# What the customer is to do, or could.
_TELLS = re.compile(
    r"^\W*(?:please|kindly|just)? ?(?:replace|exchange|pay|buy|order|check|choose|click|enter"
    r"|go|see|read|tell"
    r"|let me know|let us know|write|call|contact|visit|make sure|ask|fill|select|open|send (?!you)"
    r"|try|remove|delete|reset|change|set)\b"
    r"|\byou (?:can|could|may|must|should|need to|have to|might|would have to"
    r"|are free to) (?:\w+ )?(?:buy|purchase"
    r"|order|pay|request|ask|apply|replace|choose|claim|find|redeem|check|change|remove|delete"
    r"|add|create|set|try"
    r"|contact|select|switch)\b"
    r"|\b(?:in order )?to (?:request|ask for|claim|apply for) ",
    re.I,
)
