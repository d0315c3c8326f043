"""Who the people of a ticket are, by what names they go, and what to look for in its texts.

Who is one person is decided by parts: "Jo Smith", "jo" and "jo.smith@example.com" are one,
because each one's parts are among the others'; "Jo Smith" and "Anna Smith" are two. A part that
two people share ("Smith" alone) is told from both: it has a number of its own, so that nobody is
ever given another's name.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from drafter.pseudonyms.words import NO_NAME

_BETWEEN_PARTS = re.compile(r"[\s,._+/|()<>\"]+")


class Entry(NamedTuple):
    """One entry of a ticket's metadata: a name, a user name, an address, a key."""

    written: str
    key: str
    """The whole in small letters, in one spelling."""
    parts: frozenset[str]
    """Its words in small letters, without titles and particles."""
    needles: list[str]
    """What to look for, in small letters: the whole, its words, and last name first."""


def names_of(names: Iterable[str]) -> list[tuple[str, str]]:
    """Each person's key and the name to call them by, in the order of `names`."""
    entries = _entries(names)
    called: dict[str, str] = {}
    for entry, person in zip(entries, _persons(entries), strict=True):
        if "@" not in entry.written:
            called.setdefault(person, entry.written)
    return list(called.items())


def needles_of(names: Iterable[str]) -> dict[str, str]:
    """What to look for, with ASCII letters small, and whose key it tells."""
    entries = _entries(names)
    owners: dict[str, str] = {}
    for entry, person in zip(entries, _persons(entries), strict=True):
        for needle in entry.needles:
            if owners.setdefault(needle, person) != person:
                owners[needle] = needle  # shared: neither's
    for needle, person in list(owners.items()):
        if "'" in needle or not needle.isascii():
            for spelling in _spellings(needle):
                owners.setdefault(spelling, person)
    return owners


def _entries(names: Iterable[str]) -> list[Entry]:
    cleaned = dict.fromkeys(" ".join(name.split()) for name in names if name)
    return [_entry(name) for name in cleaned if name]


def _persons(entries: list[Entry]) -> list[str]:
    """The key of the person behind each entry."""
    people: dict[str, set[str]] = {}
    persons = [""] * len(entries)
    # Full names first: a username joins the person whose parts it has.
    for place in sorted(range(len(entries)), key=lambda place: -len(entries[place].parts)):
        parts = entries[place].parts
        owners = [person for person, theirs in people.items() if parts and parts <= theirs]
        person = owners[0] if len(owners) == 1 else entries[place].key
        people.setdefault(person, set()).update(parts)
        persons[place] = person
    return persons


@lru_cache(maxsize=10_000)  # agents, and customers who write again
def _entry(written: str) -> Entry:
    key = written.lower()
    if not key.isascii():
        key = unicodedata.normalize("NFC", key).replace("\u2019", "'")
    whole = key.split("@", 1)[0]
    parts = [word.strip("-'.") for word in _BETWEEN_PARTS.split(whole)]
    parts = [word for word in parts if word not in NO_NAME]
    needles = [whole]
    if not any(map(str.isdigit, whole)):  # a key such as "agent-17" is one word
        needles += parts
        needles += [piece for part in parts if "-" in part for piece in part.split("-")]
    if len(parts) > 1 and " " in written:
        first, last = parts[0], parts[-1]
        needles += [f"{first} {last}", f"{last}, {first}", f"{last} {first}"]
    tell = [needle for needle in dict.fromkeys(needles) if _tells(needle)]
    return Entry(written, key, frozenset(parts), tell)


def _tells(needle: str) -> bool:
    """Whether a string says who someone is: more than a letter, and not a short number."""
    if needle in NO_NAME:
        return False
    return len(needle) >= 6 or sum(map(str.isalpha, needle)) >= 2


def _spellings(needle: str) -> set[str]:
    """The search knows small letters of ASCII alone; other signs are spelled out."""
    forms = {unicodedata.normalize(form, needle) for form in ("NFC", "NFD")}
    forms |= {form.replace("'", "\u2019") for form in forms}
    cased = {case(form) for form in forms for case in (str.lower, str.upper, str.title)}
    return {spelling.encode().lower().decode() for spelling in cased}
