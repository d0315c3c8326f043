"""What a search looks for: values that are the customer's alone, and word for word what they wrote.

    values     "jo@example.com", "C-4711", "T-118"    as they are written, in any case
    messages   " could you send it to my sister's "   eight words of theirs, of no other customer
    replies    " we sent it to your sister on the "   the same of what an agent wrote to them

Words are compared in small letters, without marks, so that line breaks and markup hide nothing.
"""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

# So many words in a row; a remainder of that length is found wherever it was cut.
WORDS = 8
# A shorter text is looked for whole; one of fewer words than these says nothing.
FEWEST = 4
# A value needs so many characters, and a digit or an @, to be no word of everyday; one of digits
# alone so many, to be no size, count or time that stands in any report.
TELLING = 5
DIGITS = 9

WORD = re.compile(r"[^\W_]+")
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([nrt\"/\\]))")
TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Needles:
    """What is looked for, by kind. `replies` may be written by a model that never saw them."""

    values: frozenset[str]
    messages: frozenset[str]
    replies: frozenset[str]

    @property
    def count(self) -> int:
        return len(self.values) + len(self.messages) + len(self.replies)

    def without(self, given: Iterable[str]) -> "Needles":
        """The same but for replies in `given`."""
        return Needles(self.values, self.messages, self.replies - set(given))


def telling(value: str) -> bool:
    """Whether a value by itself names somebody."""
    least = DIGITS if value.isdigit() else TELLING
    return len(value) >= least and bool(re.search(r"[0-9@]", value))


def normal(text: str) -> str:
    """` words of a text `, with a space around each."""
    return f" {' '.join(WORD.findall(text.lower()))} "


def shingles(text: str) -> set[str]:
    """Every eight words in a row; a short text whole; nothing where that says nothing."""
    words = WORD.findall(text.lower())
    if len(words) < FEWEST:
        return set()
    last = max(1, len(words) - WORDS + 1)
    return {f" {' '.join(words[at : at + WORDS])} " for at in range(last)}


def forms(text: str) -> Iterator[str]:
    """A text as it is, and without the escapes of JSON and the tags of HTML where it has any."""
    yield text
    if "\\" in text:
        text = ESCAPE.sub(_character, text)
        yield text
    if "&" in text or ("<" in text and ">" in text):
        yield html.unescape(TAG.sub(" ", text))
        yield html.unescape(TAG.sub("", text))


def _character(match: re.Match[str]) -> str:
    if match[1]:
        code = int(match[1], 16)
        # half of a pair: what it stands for is no letter that a needle could have
        return " " if 0xD800 <= code < 0xE000 else chr(code)
    return match[2] if match[2] in '"/\\' else " "


def found_in(texts: Sequence[str], needles: Needles) -> list[set[str]]:
    """For each text the needles that it holds."""
    import polars as pl

    numbers: list[int] = []
    written: list[str] = []
    for number, text in enumerate(texts):
        for form in forms(text):
            numbers.append(number)
            written.append(form)
    found: list[set[str]] = [set() for _ in texts]
    if needles.values and written:
        values = sorted(needles.values)
        by_small = {value.lower(): value for value in values}
        small = pl.Series([text.lower() for text in written], dtype=pl.String)
        told = small.str.extract_many(sorted(by_small), overlapping=True)
        for place, hits in enumerate(told.to_list()):
            for hit in set(hits or ()):
                if _stands_alone(hit, small[place]):
                    found[numbers[place]].add(by_small[hit])
    words = sorted(needles.messages | needles.replies)
    if words and written:
        normals = pl.Series([normal(text) for text in written], dtype=pl.String)
        told = normals.str.extract_many(words, overlapping=True)
        for place, hits in enumerate(told.to_list()):
            found[numbers[place]].update(hits or ())
    return found


def _stands_alone(value: str, text: str) -> bool:
    """T-118 is not in T-1180."""
    before = r"(?<![0-9A-Za-z])" if value[0].isalnum() else ""
    after = r"(?![0-9A-Za-z])" if value[-1].isalnum() else ""
    return re.search(before + re.escape(value) + after, text) is not None
