"""Facts in a text, by code: what a draft may only say if the policy or the ticket says it.

    facts("Send it back within thirty days; it costs €15.")
    [Fact("duration", "30 day", (22, 33)), Fact("amount", "15 EUR", (44, 47))]

Formats are normalised: "30-day" is "thirty days", "2 weeks" is "14 days", "15 euros" is "€15".
A range is two facts. Bare numbers are none: they number steps and versions. Words are English.
Placeholders such as [ORDER_1] hold no figure and are none either.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from drafter.numerals import NUMBER, parse_number, plain

CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR",
    "$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD",
    "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP",
    "¥": "JPY", "jpy": "JPY", "yen": "JPY", "chf": "CHF", "francs": "CHF",
    "₹": "INR", "inr": "INR", "sek": "SEK", "nok": "NOK", "dkk": "DKK", "pln": "PLN", "zł": "PLN",
    "cad": "CAD", "aud": "AUD",
}  # fmt: skip
PERCENT = ("%", "percent", "per cent")
# Unit as written -> the unit it is counted in, and how many of those it is.
DURATIONS = {
    "second": ("second", 1), "sec": ("second", 1), "minute": ("minute", 1), "min": ("minute", 1),
    "hour": ("hour", 1), "hr": ("hour", 1), "h": ("hour", 1), "day": ("day", 1),
    "week": ("day", 7), "fortnight": ("day", 14), "month": ("month", 1), "year": ("month", 12),
}  # fmt: skip
# Where a duration is a whole number of the larger unit, it is counted in that.
LARGER = {"second": ("minute", 60), "minute": ("hour", 60), "hour": ("day", 24)}
QUANTITIES = (
    "kg", "kilogram", "kilo", "g", "gram", "lb", "oz", "km", "m", "metre", "meter", "cm", "mm",
    "mile", "inch", "ml", "litre", "liter", "l", "kb", "mb", "gb", "tb", "byte", "kwh", "watt", "w",
    "volt", "v", "item", "article", "unit", "piece", "parcel", "package", "box", "user", "seat",
    "licence", "license", "device", "person", "people", "guest", "point", "mile", "photo", "file",
    "attempt", "time", "star",
)  # fmt: skip
# What a Fact can be. Addresses, and much of the rest in disguise, are found by drafter/compliance/.
KINDS = ("address", "amount", "date", "duration", "email", "link", "phone", "quantity", "time")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Fact:
    """One checkable statement: its kind, its normalised value, and where the text says it."""

    kind: str
    value: str
    span: tuple[int, int]


@dataclass(frozen=True)
class Grounding:
    """A draft's facts, apart by whether the evidence holds them."""

    supported: tuple[Fact, ...]
    unsupported: tuple[Fact, ...]

    @property
    def share(self) -> float | None:
        """The supported part of all facts; None for a draft that states none."""
        total = len(self.supported) + len(self.unsupported)
        return len(self.supported) / total if total else None


@lru_cache(maxsize=8192)
def facts(text: str) -> tuple[Fact, ...]:
    """Every fact of `text`, in its order; no two overlap."""
    found: list[Fact] = []
    taken = bytearray(len(text))
    for extract in EXTRACTORS:
        # what an earlier kind has taken is out; the two ends of a range share one span
        free = [fact for fact in extract(text) if not any(taken[slice(*fact.span)])]
        for index, fact in enumerate(free):
            start, end = fact.span
            if not any(taken[start:end]) or free[index - 1].span == fact.span:
                found.append(fact)
                taken[start:end] = b"\1" * (end - start)
    return tuple(sorted(found, key=lambda fact: fact.span))


def stated(text: str) -> frozenset[tuple[str, str]]:
    """The facts of `text` by kind and value, wherever it says them."""
    return frozenset((fact.kind, fact.value) for fact in facts(text))


def grounded(draft: str, evidence: Iterable[str]) -> Grounding:
    """Hold each fact of `draft` against the facts of the `evidence` texts."""
    known = {
        (fact.kind, value) for text in evidence for fact in facts(text) for value in forms(fact)
    }
    supported: list[Fact] = []
    unsupported: list[Fact] = []
    for fact in facts(draft):
        (supported if (fact.kind, fact.value) in known else unsupported).append(fact)
    return Grounding(tuple(supported), tuple(unsupported))


def facts_agree(draft: str, human: str) -> float | None:
    """F1 between the two texts' facts; None where the human states none.

    1.0: the draft quotes the very figures that the agent quoted, and no others.
    """
    ours, theirs = stated(draft), stated(human)
    if not theirs:
        return None
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))


def cited_chunks(draft: str, chunks: Sequence[Mapping[str, Any]]) -> list[str]:
    """The chunk_ids whose facts the draft uses, in their order; where it uses none, the first."""
    said = stated(draft)
    used = [
        chunk["chunk_id"]
        for chunk in chunks
        if said & {(fact.kind, value) for fact in facts(chunk["text"]) for value in forms(fact)}
    ]
    return used or [chunk["chunk_id"] for chunk in chunks[:1]]


def forms(fact: Fact) -> Iterator[str]:
    """The value, and what it also grounds: "2026-03-01" grounds "1 March" and "March 2026"."""
    yield fact.value
    if fact.kind == "date" and re.fullmatch(r"\d{4}-\d\d-\d\d", fact.value):
        yield fact.value[4:]
        yield fact.value[:7]


# --- extractors, the most specific first ---------------------------------------------------------

_LINK = re.compile(
    r"https?://[^\s<>\"'\])]+|\bwww\.[^\s<>\"'\])]+|(?<![@\w.-])(?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s<>\"'\])]*",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]+\.)+[a-z]{2,}", re.IGNORECASE)
# Whole names: `Mar[a-z]*` would read "Marrowby 10" as a day in March.
_MONTH = (
    r"\b(Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)(?!\w)\.?"
)
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)")
_NUMERIC_DATE = re.compile(r"(?<![\d.])(\d{1,2})([./])(\d{1,2})\2(\d{4})(?!\d)")
_DAY_MONTH = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? (\d{{4}}))?(?!\w)"
)
_MONTH_DAY = re.compile(rf"\b{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?(?:,? (\d{{4}}))?(?![\w-])")
_MONTH_YEAR = re.compile(rf"\b{_MONTH} (\d{{4}})(?!\w)")
_CLOCK = re.compile(
    r"(?<![\d:])(\d{1,2})(?::(\d\d))?\s?([ap])\.?m\b\.?|(?<![\d:])(\d{1,2}):(\d\d)(?![\d:])", re.I
)
_PHONE = re.compile(r"(?<![\w.,])(?:\+|\(0|0)\d?[\d\s()./-]{5,}\d(?!\w)")
_SYMBOL = "|".join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True))
_BETWEEN = r"\s*(?:-|\u2013|to|and|or)\s*"
_PRICE = re.compile(
    rf"(?<![\w$])({_SYMBOL})\s?({NUMBER}|(?<=[€$£¥₹])[\d.,]*\d)(?:{_BETWEEN}({NUMBER})(?!\s*[\w%€£]))?",
    re.IGNORECASE,
)
_UNITS = "|".join(
    sorted(
        [rf"{re.escape(unit)}" for unit in (*CURRENCIES, *PERCENT)]
        + [rf"{unit}(?:e?s)?" for unit in (*DURATIONS, *QUANTITIES)],
        key=len,
        reverse=True,
    )
)
_MEASURE = re.compile(
    rf"(?:({NUMBER}){_BETWEEN})?({NUMBER})(?:\s*\(\s*{NUMBER}\s*\))?[\s-]*"
    rf"(?:(business|working|calendar|full|whole|consecutive)[\s-]+)?({_UNITS})(?!\w)",
    re.IGNORECASE,
)


def _links(text: str) -> Iterator[Fact]:
    for match in _LINK.finditer(text):
        written = match[0].rstrip(".,;:!?*_")
        bare = re.sub(r"^(https?://)?(www\.)?", "", written, flags=re.IGNORECASE)
        host, slash, path = bare.partition("/")
        value = (host.lower() + slash + path.partition("#")[0]).rstrip("/")
        yield Fact("link", value, (match.start(), match.start() + len(written)))


def _emails(text: str) -> Iterator[Fact]:
    for match in _EMAIL.finditer(text):
        yield Fact("email", match[0].lower(), match.span())


def _dates(text: str) -> Iterator[Fact]:
    for match in _ISO_DATE.finditer(text):
        yield Fact("date", match[0], match.span())
    for match in _NUMERIC_DATE.finditer(text):
        first, second = int(match[1]), int(match[3])
        day, month = (second, first) if second > 12 else (first, second)
        yield Fact("date", f"{match[4]}-{month:02}-{day:02}", match.span())
    for match in _DAY_MONTH.finditer(text):
        yield Fact("date", _date(match[3], match[2], match[1]), match.span())
    for match in _MONTH_DAY.finditer(text):
        yield Fact("date", _date(match[3], match[1], match[2]), match.span())
    for match in _MONTH_YEAR.finditer(text):
        yield Fact("date", f"{match[2]}-{_month(match[1]):02}", match.span())


def _date(year: str | None, month: str, day: str) -> str:
    return f"{year or ''}-{_month(month):02}-{int(day):02}"


def _month(name: str) -> int:
    return MONTHS.index(name[:3].lower()) + 1


def _clocks(text: str) -> Iterator[Fact]:
    for match in _CLOCK.finditer(text):
        hour, minute = int(match[1] or match[4]), match[2] or match[5] or "00"
        if match[3]:
            hour = hour % 12 + (12 if match[3].lower() == "p" else 0)
        yield Fact("time", f"{hour:02}:{minute}", match.span())


def _phones(text: str) -> Iterator[Fact]:
    for match in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if 7 <= len(digits) <= 15:
            yield Fact("phone", digits, match.span())


def _prices(text: str) -> Iterator[Fact]:
    for match in _PRICE.finditer(text):
        for number in filter(None, (match[2], match[3])):
            value = f"{plain(parse_number(number))} {CURRENCIES[match[1].lower()]}"
            yield Fact("amount", value, match.span())


def _measures(text: str) -> Iterator[Fact]:
    for match in _MEASURE.finditer(text):
        for number in filter(None, (match[1], match[2])):
            kind, value = _measure(number, (match[3] or "").lower(), match[4].lower())
            yield Fact(kind, value, match.span())


def _measure(number: str, adjective: str, unit: str) -> tuple[str, str]:
    amount = parse_number(number)
    if unit in CURRENCIES:
        return "amount", f"{plain(amount)} {CURRENCIES[unit]}"
    if unit in PERCENT:
        return "amount", f"{plain(amount)} %"
    unit = next(
        known
        for known in (unit, unit.removesuffix("s"), unit.removesuffix("es"))
        if known in DURATIONS or known in QUANTITIES
    )
    if unit not in DURATIONS:
        return "quantity", f"{plain(amount)} {unit}"
    if adjective in ("business", "working"):
        return "duration", f"{plain(amount)} working {unit}"
    unit, factor = DURATIONS[unit]
    amount *= factor
    while unit in LARGER and amount and amount % LARGER[unit][1] == 0:
        unit, per = LARGER[unit]
        amount /= per
    return "duration", f"{plain(amount)} {unit}"


EXTRACTORS = (_links, _emails, _dates, _clocks, _phones, _prices, _measures)
