"""What code can read in one text: its sentences that matter, words, figures, names, yes and no.

Words are English. Placeholders such as [ORDER_1] are nobody's words.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from drafter.guard import facts
from drafter.numerals import NUMBER, parse_number, plain

PLACEHOLDER = re.compile(r"\[[A-Z]+_\d+\]")
WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?|\d+")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
# Words that carry no content of an answer.
STOP = frozenset(
    word
    for line in (
        "a an the of to in on at for with and or is are was were be been being it its this that",
        "these those there they them their we us our you your yours i me my mine he him his she",
        "her hers as by from if so do does did done has have had having can could will would may",
        "might must shall should also any all some am not no yes nor than then but into out up",
        "about over per just only very too more most please here what which when how who whom",
        "whose where why isn't aren't wasn't weren't don't doesn't didn't can't cannot won't",
        "couldn't wouldn't shouldn't it's there's that's they're we're you're i'm s t re ve ll d m",
        "ok okay sure hello hi dear thanks thank sorry unfortunately kindly regards best",
    )
    for word in line.split()
)
NEGATION = re.compile(
    r"\b(?:no|not|never|none|nothing|without|cannot|neither|nor|nope|unable|unfortunately|"
    r"prohibited|forbidden|unavailable)\b|n['\u2019]t\b",
    re.IGNORECASE,
)
YES = frozenset({"yes", "yep", "yeah", "absolutely", "certainly", "indeed", "definitely"})
NO = frozenset({"no", "nope", "unfortunately", "never"})
ASKS_YES_OR_NO = frozenset(
    ("is", "are", "was", "were", "do", "does", "did", "can", "could", "may", "might", "will",
     "would", "shall", "should", "must", "has", "have", "had", "am")
)  # fmt: skip
# Synonyms are one action; a draft whose action nobody else names does something else.
ACTIONS = {
    word: name
    for name, words in {
        "refund": "refund refunded refunds repay repaid reimburse reimbursed repayment",
        "replace": "replace replaced replacement exchange exchanged swap swapped",
        "repair": "repair repaired repairs mend mended mends fix fixed menders",
        "cancel": "cancel cancelled canceled cancels cancellation",
        "return": "return returned returns",
        "keep": "keep keeps retain",
        "deliver": "deliver delivered delivery ship shipped shipping arrives arrive",
        "reserve": "reserve reserved reservation book booked booking",
        "charge": "charge charged charges fee fees",
        "upgrade": "upgrade upgraded",
        "renew": "renew renewed renewal",
        "delete": "delete deleted remove removed erase erased",
        "reset": "reset resets",
    }.items()
    for word in words.split()
}
# Said by one, and the other side by the draft alone: the opposite.
OPPOSITES = (
    ("open opens opened", "close closes closed shut"),
    ("before earlier", "after later"),
    ("free complimentary", "charge charged charges fee fees cost costs paid"),
    ("allow allows allowed permitted welcome", "forbid forbidden prohibited banned disallowed"),
    ("include includes included", "exclude excludes excluded"),
    ("accept accepts accepted", "reject rejects rejected refuse refuses refused decline declined"),
    ("minimum least", "maximum most"),
    ("first", "last"),
    ("always", "never"),
    ("with", "without"),
    ("weekday weekdays", "weekend weekends"),
    ("increase increases", "decrease decreases reduce reduces"),
    ("enable enabled", "disable disabled"),
    ("inside indoor", "outside outdoor"),
    ("required mandatory necessary", "optional unnecessary"),
)
SIDES = [(frozenset(one.split()), frozenset(other.split())) for one, other in OPPOSITES]


@dataclass(frozen=True)
class Read:
    """One text, read."""

    text: str
    tokens: tuple[str, ...]
    """All its words in lower case, in order."""

    content: frozenset[str]
    """Stems of the words that carry content."""

    figures: frozenset[tuple[str, ...]]
    """Each figure as the forms under which another text may state it."""

    names: frozenset[str]
    """Stems of words with a capital inside a sentence: products, places, people."""

    actions: frozenset[str]
    negations: int
    says: int
    """1 if it opens with a yes, -1 with a no, else 0."""


@lru_cache(maxsize=65536)
def read(text: str) -> Read:
    text = PLACEHOLDER.sub(" ", text).replace("\u2019", "'")
    tokens = tuple(word.lower() for word in WORD.findall(text))
    first = tokens[0] if tokens else ""
    return Read(
        text=text,
        tokens=tokens,
        content=frozenset(stem(word) for word in tokens if word not in STOP),
        figures=_figures(text),
        names=_names(text),
        actions=frozenset(ACTIONS[word] for word in tokens if word in ACTIONS),
        negations=len(NEGATION.findall(text)),
        says=1 if first in YES else -1 if first in NO else 0,
    )


def core(text: str, about: Collection[str]) -> str:
    """The sentences of a reply that answer, without its greeting, small talk and closing question.

    A sentence stays if it holds a fact or a stem of `about` and asks nothing; all stay if none
    would.
    """
    kept = [
        sentence
        for sentence in SENTENCE_END.split(text)
        if not sentence.rstrip().endswith("?")
        and (facts(sentence) or not read(sentence).content.isdisjoint(about))
    ]
    return " ".join(kept) or text


def stem(word: str) -> str:
    """Crude, and the same for both texts: refunds, refunded, refunding are one."""
    word = word.removesuffix("'s")
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def asks_yes_or_no(question: str) -> bool:
    """Whether its last question begins with a verb: "Can I ...?", and not "When ...?"."""
    asked = [part for part in SENTENCE_END.split(question) if part.rstrip().endswith("?")]
    words = WORD.findall((asked or [question])[-1].lower())
    return bool(words) and words[0] in ASKS_YES_OR_NO


def opposite(draft: Read, other: Read) -> int:
    """How many pairs of opposites the two texts stand on different sides of."""
    mine, theirs = set(draft.tokens), set(other.tokens)
    return sum(
        (
            not mine.isdisjoint(a)
            and mine.isdisjoint(b)
            and theirs.isdisjoint(a)
            and bool(theirs & b)
        )
        or (
            not mine.isdisjoint(b)
            and mine.isdisjoint(a)
            and theirs.isdisjoint(b)
            and bool(theirs & a)
        )
        for a, b in SIDES
    )


def _figures(text: str) -> frozenset[tuple[str, ...]]:
    """Facts of the guard, each with its bare number, and the numbers outside them.

    "2 weeks" is ("14 day", "2"), so that both "14 days" and a bare "2" state it. "one" is no
    number: it is mostly "the one".
    """
    found = []
    taken = bytearray(len(text))
    for fact in facts(text):
        start, end = fact.span
        if any(taken[start:end]):  # the second end of a range
            found.append((fact.value, *_numbers(text[start:end])[-1:]))
            continue
        taken[start:end] = b"\1" * (end - start)
        found.append((fact.value, *_numbers(text[start:end])[:1]))
    for match in re.finditer(NUMBER, text, re.IGNORECASE):
        if not any(taken[slice(*match.span())]) and match[0].lower() != "one":
            found.append((plain(parse_number(match[0])),))
    return frozenset(found)


def _numbers(text: str) -> list[str]:
    return [plain(parse_number(match[0])) for match in re.finditer(NUMBER, text, re.IGNORECASE)]


def _names(text: str) -> frozenset[str]:
    found = set()
    for sentence in SENTENCE_END.split(text):
        words = [word for word in WORD.findall(sentence) if word[0].isalpha()]
        found |= {
            stem(word.lower())
            for word in words[1:]
            if word[0].isupper() and word.lower() not in STOP
        }
    return frozenset(found)
