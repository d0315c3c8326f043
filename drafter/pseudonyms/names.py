"""People who are known from the ticket's metadata, found in its texts.

Who is one person is decided by parts: "Jo Smith", "jo" and "jo.smith@example.com" are one,
because each one's parts are among the others'; "Jo Smith" and "Anna Smith" are two. A part that
two people share ("Smith" alone) is told from both: it has a number of its own, so that nobody is
ever given another's name.

Limits. Only people in the metadata are found, in any case. Names that are words too (Will, May,
Rose) and those of two letters are replaced where they stand as a name: with a capital, and after
a greeting or a title, on a line of their own, or in the middle of a sentence (except May and the
rest of the calendar). Where a sentence begins with one ("Rose told me"), it stays, as do names
that the metadata lacks, nicknames, and misspellings.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import polars as pl

from drafter.pseudonyms.spans import SPAN, text_after, text_before, whole_words
from drafter.pseudonyms.words import CALENDAR, COMMON, NO_NAME

WANTED = pl.Schema({"ticket": pl.Int64(), "needles": pl.List(pl.String)})
OWNER = pl.Schema({"ticket": pl.Int64(), "lower": pl.String(), "key": pl.String()})

GREETING = (
    r"(?i)(?:^|[^\p{L}])(?:hi|hello|hey|dear|thanks|thank you|thx|cheers|hallo|moin"
    r"|liebe[rs]?|guten tag|bonjour"
    r"|salut|merci|ch[eè]re?|hola|gracias|querid[oa]|ciao|caro|cara|beste|ol[aá]|mr|mrs|ms"
    r"|mx|dr|herrn?|frau|m\.|mme|sr|sra|regards|best|sincerely|yours|gr[uü](?:ß|ss)e|@)[.,]?\s+@?$|@$"
)
WITHIN_SENTENCE = r"\p{Ll},? $"
LINE_START = r"(?:^|[\r\n])[ \t>*_\x{2013}\x{2014}-]*$"
LINE_END = r"^[ \t*_]*[,.!:]?[ \t]*(?:$|[\r\n])"


def names_of(names: Sequence[str]) -> list[tuple[str, str]]:
    """Each person's key and the name to call them by, in the order of `names`."""
    people: dict[str, str] = {}
    for entry, person in _people(tuple(names))[0]:
        if "@" not in entry:
            people.setdefault(person, entry)
    return list(people.items())


def spans_of_names(texts: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Spans of the names in `people` (ticket, names) in `texts` (row, ticket, text)."""
    needles: list[tuple[int, list[str]]] = []
    owners: list[tuple[int, str, str]] = []
    for ticket, names in people.select("ticket", "names").iter_rows():
        if names:
            found = _people(tuple(name for name in names if name))[1]
            if found:
                needles.append((ticket, [needle for needle, _ in found]))
                owners.extend((ticket, needle.lower(), person) for needle, person in found)
    wanted = pl.DataFrame(needles, schema=WANTED, orient="row")
    rows = texts.join(wanted, on="ticket", how="inner")
    anywhere = {"ascii_case_insensitive": True, "leftmost": True}
    hits = rows.select(
        *("row", "ticket"),
        start=pl.col("text").str.find_many(pl.col("needles"), **anywhere),
        found=pl.col("text").str.extract_many(pl.col("needles"), **anywhere),
    )
    hits = hits.filter(pl.col("start").list.len() > 0).explode("start", "found")
    hits = hits.with_columns(pl.col("start").cast(pl.Int64))
    hits = hits.with_columns(end=pl.col("start") + pl.col("found").str.len_bytes().cast(pl.Int64))
    hits = hits.join(texts.select("row", "text"), on="row", how="left")
    hits = whole_words(hits.with_columns(before=text_before(24), after=text_after(12)))
    hits = _in_place(hits)
    keys = pl.DataFrame(owners, schema=OWNER, orient="row").unique(
        ["ticket", "lower"], keep="first"
    )
    hits = hits.with_columns(lower=pl.col("found").str.to_lowercase())
    hits = hits.join(keys, on=["ticket", "lower"], how="left")
    return hits.with_columns(label=pl.lit("NAME"), key=pl.coalesce("key", "lower")).select(
        list(SPAN)
    )


def _in_place(hits: pl.DataFrame) -> pl.DataFrame:
    """Drop words that are only sometimes names where they do not stand as one.

    Looks at what stands around them: `before`, `after`.
    """
    lower, short = pl.col("found").str.to_lowercase(), pl.col("found").str.len_chars() < 3
    calendar = lower.is_in(list(CALENDAR))
    common = calendar | lower.is_in(list(COMMON)) | (short & pl.col("found").str.contains("[a-z]"))
    capital = pl.col("found").str.contains(r"^\p{Lu}")
    own_line = pl.col("before").str.contains(LINE_START) & pl.col("after").str.contains(LINE_END)
    within = pl.col("before").str.contains(WITHIN_SENTENCE) & ~calendar
    stands = capital & (pl.col("before").str.contains(GREETING) | own_line | within)
    return hits.filter(~common | stands)


@lru_cache(maxsize=100_000)
def _people(names: tuple[str, ...]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Entry and person, in order; and needle and person, the longest needle first."""
    parts_of = [(entry, _parts(entry)) for entry in dict.fromkeys(map(_clean, names)) if entry]
    people: dict[str, set[str]] = {}
    entries = []
    # Full names first: a username joins the person whose parts it has.
    for entry, parts in sorted(parts_of, key=lambda item: -len(item[1])):
        lower = {part.lower() for part in parts}
        owners = [person for person, theirs in people.items() if lower and lower <= theirs]
        person = owners[0] if len(owners) == 1 else entry.lower()
        people.setdefault(person, set()).update(lower)
        entries.append((entry, person))
    order = {entry: place for place, (entry, _) in enumerate(parts_of)}
    entries.sort(key=lambda item: order[item[0]])

    needles: dict[str, str] = {}
    for entry, person in entries:
        for needle in _needles(entry):
            theirs = needles.setdefault(needle.lower(), person)
            if theirs != person:
                needles[needle.lower()] = needle.lower()  # shared: neither's
    spelled = [
        (spelling, person) for needle, person in needles.items() for spelling in _spellings(needle)
    ]
    return entries, sorted(spelled, key=lambda item: (-len(item[0]), item[0]))


def _clean(entry: str) -> str:
    return " ".join(entry.split())


def _parts(entry: str) -> list[str]:
    """The words of a name, of a username, or of an address before its @."""
    words = re.split(r"[\s,._+/|()<>\"]+", entry.split("@")[0])
    return [
        word.strip("-'\u2019.") for word in words if word.strip("-'\u2019.").lower() not in NO_NAME
    ]


def _needles(entry: str) -> list[str]:
    """What to look for: the whole, its words, and last name first."""
    whole = entry.split("@")[0]
    parts = _parts(entry)
    needles = [whole]
    if not any(map(str.isdigit, whole)):  # a key such as "agent-17" is one word
        needles += [*parts, *(piece for part in parts for piece in part.split("-"))]
    if " " in entry and len(parts) > 1:
        needles += [
            f"{parts[0]} {parts[-1]}",
            f"{parts[-1]}, {parts[0]}",
            f"{parts[-1]} {parts[0]}",
        ]
    return [needle for needle in needles if _tells(needle)]


def _tells(needle: str) -> bool:
    """Whether a string says who someone is: more than a letter, and not a short number."""
    letters = sum(map(str.isalpha, needle))
    return needle.lower() not in NO_NAME and (letters >= 2 or len(needle) >= 6)


def _spellings(needle: str) -> list[str]:
    """ASCII case is ignored by the search; other letters are spelled out."""
    if needle.isascii():
        return [needle]
    forms = {unicodedata.normalize(form, needle) for form in ("NFC", "NFD")}
    cased = {case(form) for form in forms for case in (str.lower, str.upper, str.title)}
    return sorted(cased | {form.replace("\u2019", "'") for form in cased})
