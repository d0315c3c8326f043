"""A text as a reader sees it: look-alike letters as what they look like, unseen ones gone.

plain("p\\u0430y 5\\u200b00 euros")   "pay 500 euros", and where each character of it stands
disguised("p\\u0430y me")           (0, 3), "letters of two alphabets in one word"
"""

# ruff: noqa: RUF001

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence

# What looks like a letter of ours; folded only in words that mix the two.
_LIKE = {
    "а": "a", "в": "b", "е": "e", "к": "k", "м": "m", "н": "h", "о": "o", "р": "p", "с": "c",
    "т": "t", "у": "y", "х": "x", "і": "i", "ј": "j", "ѕ": "s", "ԁ": "d", "ԛ": "q", "ԝ": "w",
    "ӏ": "l", "һ": "h", "ɡ": "g", "ı": "i", "α": "a", "ο": "o", "ν": "v", "ρ": "p", "τ": "t",
    "υ": "u", "ι": "i", "κ": "k", "ε": "e", "χ": "x", "ѵ": "v", "ց": "g", "օ": "o", "ո": "n",
}  # fmt: skip
# Unseen and no format character by Unicode's lists: fillers, joiners, what picks a glyph.
_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_SELECTORS = (("\ufe00", "\ufe0f"), ("\U000e0100", "\U000e01ef"), ("\u180b", "\u180f"))
_WORD = re.compile(r"[^\W\d_]+")
_TOKEN = re.compile(r"\S+")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
# Full-width, in circles, in brackets, mathematical, above or below the line.
_DRESSED = re.compile(
    "[\uff01-\uff5e\u2460-\u24ff\u2070\u2074-\u209c\U0001d400-\U0001d7ff\U0001f100-\U0001f189]"
)
_OTHER_DIGITS = re.compile(r"(?![0-9])\d")
FLAG = "\U0001f3f4"


def plain(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and for each of its characters the place in `text` that it comes from."""
    if text.isascii():
        return text, range(len(text))
    mixed = bytearray(len(text))
    for start, end in _mixed_words(text):
        mixed[start:end] = b"\1" * (end - start)
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for seen in _seen(letter, bool(mixed[place])):
            letters.append(seen)
            places.append(place)
    return "".join(letters), places


def without_unseen(text: str) -> str:
    """`text` without characters that nobody sees, but for those that a script or an emoji needs."""
    if text.isascii() and text.isprintable():
        return text
    unseen = set(_unseen_places(text))
    return "".join(letter for place, letter in enumerate(text) if place not in unseen)


def disguised(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Words with something in them that is not what a reader takes it for, and what it is."""
    if text.isascii():
        return
    found: dict[tuple[int, int], str] = {}
    tokens = [match.span() for match in _TOKEN.finditer(text)]
    for place in _unseen_places(text):
        found.setdefault(_token_at(tokens, place), "a character that nobody sees")
    for start, _ in _mixed_words(text):
        found.setdefault(_token_at(tokens, start), "letters of two alphabets in one word")
    for match in _DRESSED.finditer(text):
        found.setdefault(_token_at(tokens, match.start()), "letters or figures in another dress")
    for match in _OTHER_DIGITS.finditer(text):
        # where the letter itself is in that script, its figures are the ordinary ones
        script = unicodedata.name(match[0], "").split(" ")[0]
        if not _DRESSED.match(match[0]) and not _writes_in(text, script):
            found.setdefault(_token_at(tokens, match.start()), "figures of another script")
    yield from sorted(found.items())


def _seen(letter: str, in_mixed_word: bool) -> str:
    if letter.isascii():
        return letter
    if _is_unseen(letter):
        return ""
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    if _DRESSED.match(letter):
        return unicodedata.normalize("NFKC", letter)
    if letter in "\u3002\uff61\u2024":
        return "."  # browsers take these for a host's dot
    small = letter.lower()
    return _LIKE.get(small, letter) if in_mixed_word else letter


def _is_unseen(letter: str) -> bool:
    if letter in "\n\t":
        return False
    kind = unicodedata.category(letter)
    picks = any(first <= letter <= last for first, last in _SELECTORS)
    return kind in ("Cf", "Cc", "Co", "Cn") or letter in _FILLERS or picks


def _unseen_places(text: str) -> Iterator[int]:
    """Where something unseen stands that no script and no emoji needs there."""
    leftwards = _RIGHT_TO_LEFT.search(text) is not None
    for place, letter in enumerate(text):
        if (letter.isascii() and letter.isprintable()) or not _is_unseen(letter):
            continue
        before = text[place - 1] if place else " "
        after = text[place + 1] if place + 1 < len(text) else " "
        if letter in "\u200c\u200d" and not before.isascii() and not after.isascii():
            continue  # joins letters in Persian or Hindi, and emoji
        if letter == "\u200d" and before == "\ufe0f":
            continue
        if letter in "\ufe0e\ufe0f" and (not before.isascii() or before in "0123456789#*"):
            continue
        if letter in "\u200e\u200f\u061c\u2066\u2067\u2068\u2069" and leftwards:
            continue
        if "\U000e0020" <= letter <= "\U000e007f" and FLAG in text[:place]:
            continue
        yield place


def _mixed_words(text: str) -> Iterator[tuple[int, int]]:
    """Words with Latin letters and look-alikes of another alphabet; "kΩ" and "µm" are units."""
    for match in _WORD.finditer(text):
        word = match[0]
        if word.isascii():
            continue
        scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in word}
        if len(word) <= 3 and "CYRILLIC" not in scripts:
            continue
        if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"}:
            yield match.span()
        elif (
            not word.isascii()
            and word.lower().translate(_TO_LATIN).isascii()
            and _is_host(text, match.end())
        ):
            yield match.span()  # all of it in look-alikes, as a host's name


_TO_LATIN = str.maketrans(_LIKE)


def _is_host(text: str, end: int) -> bool:
    return re.match(r"[\w-]*\.[a-z]{2,}", text[end:]) is not None


def _writes_in(text: str, script: str) -> bool:
    """Whether `text` has letters of the script that a digit's name begins with."""
    script = {"ARABIC-INDIC": "ARABIC", "EXTENDED": "ARABIC"}.get(script, script)
    return any(
        unicodedata.name(letter, "").startswith(script) for letter in text if letter.isalpha()
    )


def _token_at(tokens: Sequence[tuple[int, int]], place: int) -> tuple[int, int]:
    """The word that holds `place`; a place between words is its own."""
    number = bisect_right(tokens, (place, len(tokens) + (1 << 60))) - 1
    if number >= 0 and tokens[number][0] <= place < tokens[number][1]:
        return tokens[number]
    return place, place + 1
