"""What an agent changed in a draft, as far as code can tell. The first that applies:

    unchanged        nothing but white space
    fact             other figures, dates, links: what drafter.guard calls facts, or a bare number
    policy           a promise or a rule that the other text does not make, or makes the other way
                     round ("we refund", "you must", "free of charge"; "can" made "can't")
    personalisation  placeholders, a greeting or a closing, or sentences that hold a placeholder
    typo             words that differ in a letter or two, punctuation, capitals
    tone             all else: the same facts and promises in other words

What it can't see: a promise in words that are not on the list, or inside a sentence with a figure
that stays; one product's name put for another's; names that curation did not find. Such edits come
out as tone. Words are English, as the guard's.
"""

import re
from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Literal

from drafter.guard import facts
from tasks.sentences import sentences

Edit = Literal["unchanged", "fact", "policy", "personalisation", "typo", "tone"]

PLACEHOLDER = re.compile(r"\[(?:EMAIL|IBAN|CARD|ORDER|PHONE|NAME)_\d+\]")
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
TOKEN = re.compile(r"\w+|[^\w\s]")
NEGATION = re.compile(r"\b(?:not|no|never|none|cannot|unable|without|nor)\b|n['\u2019]t\b", re.I)
# What binds the company or the customer, by stem.
PROMISE = re.compile(
    r"\b(refund|reimburs|repay|money back|free of charge|for free|at no (?:extra )?cost"
    r"|on the house|waive|replace|exchang|guarante|promis|compensat|discount|voucher|credit"
    r"|cancel|extend|extension|exception|entitl|allow|permit|must|have to|has to|need to|requir"
    r"|forbid|oblig|eligible|valid|accept|cover)",
    re.IGNORECASE,
)
GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|welcome)\b"
    r"(?: there| all| team)?[\s,!.]*$",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"^(?:(?:kind|best|warm|many)? ?(?:regards|wishes|thanks)|thanks|thank you|cheers|sincerely"
    r"|yours(?: sincerely| truly| faithfully)?|take care)[\s,!.]*$",
    re.IGNORECASE,
)
LIKE = 0.75  # of the letters of two spellings of one word


def classify(draft: str, reply: str) -> Edit:
    """The class of the edit that made `reply` of `draft`."""
    if draft.split() == reply.split():
        return "unchanged"
    if _figures(draft) != _figures(reply):
        return "fact"
    ours, theirs = _apart(_sentences(draft), _sentences(reply))
    if _promises(ours) != _promises(theirs):
        return "policy"
    left, right = " ".join(ours), " ".join(theirs)
    if _words(left) == _words(right):
        return "typo"
    if _impersonal(ours) == _impersonal(theirs) or _all_personal([*ours, *theirs]):
        return "personalisation"
    if _only_typos(NEGATION.sub("", left), NEGATION.sub("", right)):
        turned = len(NEGATION.findall(left)) != len(NEGATION.findall(right))
        return "policy" if turned else "typo"
    return "tone"


def _figures(text: str) -> set[tuple[str, str]]:
    """Facts, and numbers that are part of none."""
    found = facts(text)
    rest = text
    for fact in reversed(found):
        start, end = fact.span
        rest = rest[:start] + " " * (end - start) + rest[end:]
    bare = {("number", number) for number in NUMBER.findall(PLACEHOLDER.sub(" ", rest))}
    return {(fact.kind, fact.value) for fact in found} | bare


def _sentences(text: str) -> list[str]:
    return [" ".join(part.split()) for part in sentences(text) if part]


def _apart(ours: list[str], theirs: list[str]) -> tuple[list[str], list[str]]:
    """The sentences of each that the other does not have, as often as it has more of them."""
    return _beyond(ours, theirs), _beyond(theirs, ours)


def _beyond(sentences: list[str], others: list[str]) -> list[str]:
    there = Counter(one.casefold() for one in others)
    left = []
    for one in sentences:
        if there[one.casefold()]:
            there[one.casefold()] -= 1
        else:
            left.append(one)
    return left


def _promises(sentences: Iterable[str]) -> set[tuple[str, bool]]:
    """What sentences without a figure commit to, and whether they deny it."""
    return {
        (stem.casefold(), bool(NEGATION.search(sentence)))
        for sentence in sentences
        if not facts(sentence)
        for stem in PROMISE.findall(sentence)
    }


def _impersonal(sentences: Iterable[str]) -> list[str]:
    """The words without placeholders, greetings and closings."""
    bare = (PLACEHOLDER.sub(" ", sentence) for sentence in sentences)
    there = (
        one for one in bare if not GREETING.match(one.strip()) and not CLOSING.match(one.strip())
    )
    return [word for one in there for word in _words(one)]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _all_personal(sentences: list[str]) -> bool:
    return all(PLACEHOLDER.search(one) and _impersonal([one]) for one in sentences)


def _only_typos(ours: str, theirs: str) -> bool:
    """Whether every stretch of words that differs is the other spelling of the same."""
    left, right = TOKEN.findall(ours.casefold()), TOKEN.findall(theirs.casefold())
    return all(
        _spelt_alike("".join(left[a:b]), "".join(right[c:d]))
        for what, a, b, c, d in SequenceMatcher(None, left, right).get_opcodes()
        if what != "equal"
    )


def _spelt_alike(one: str, other: str) -> bool:
    one, other = (re.sub(r"\W", "", part) for part in (one, other))
    if sorted(one) == sorted(other):
        return True  # letters that changed places, or no letters at all
    return SequenceMatcher(None, one, other).ratio() >= LIKE
