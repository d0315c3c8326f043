"""What is found by its form alone: e-mail addresses, IBANs, order numbers."""

from collections.abc import Sequence
from functools import cache

import polars as pl

from drafter.errors import ParamsError
from drafter.pseudonyms.spans import SPAN, find, whole_words

EMAIL = (
    r"[\p{L}\p{N}_](?:[\p{L}\p{N}_.+%'&-]*[\p{L}\p{N}_+%&-])?"
    r"@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+(?:xn--[a-zA-Z0-9-]+|\p{L}{2,24})"
)
# How an IBAN begins: country, two check digits, the first group. It ends where its country says.
IBAN_START = r"(?i)(?-u:\b)[A-Z]{2}[0-9]{2}[ .\u{a0}-]?[A-Z0-9]{4}"
IBAN_BYTES = 34 + 16  # the longest, with a separator after every second character


def emails(texts: pl.DataFrame) -> pl.DataFrame:
    """Spans of e-mail addresses."""
    hits = find(texts.filter(pl.col("text").str.contains("@", literal=True)), EMAIL)
    return hits.select(
        *("row", "start", "end", "found"),
        label=pl.lit("EMAIL"),
        key=pl.col("found").str.to_lowercase(),
    )


def ibans(texts: pl.DataFrame) -> pl.DataFrame:
    """Spans of IBANs: of the length that their country has, with the check digits right."""
    starts = find(texts, IBAN_START).join(texts.select("row", "text"), on="row", how="left")
    window = pl.col("text").cast(pl.Binary).bin.slice(pl.col("start"), IBAN_BYTES)
    spans: list[tuple[int, int, int, str, str, str]] = []
    for row, start, raw in starts.sort("row", "start").select("row", "start", window).iter_rows():
        if spans and spans[-1][0] == row and spans[-1][2] > start:
            continue  # a group of the one before that looks like a beginning
        found, key = _iban_at_start(raw.decode(errors="ignore"))
        if found:
            spans.append((row, start, start + len(found.encode()), found, "IBAN", key))
    return pl.DataFrame(spans, schema=SPAN, orient="row")


def orders(texts: pl.DataFrame, patterns: Sequence[str]) -> pl.DataFrame:
    """Spans of the company's order numbers, in any case, as whole words.

    Raises ParamsError where a pattern is not one that Rust's regex knows.
    """
    if not patterns:
        return pl.DataFrame(schema=SPAN)
    for pattern in patterns:
        _check(pattern)
    either = "|".join(f"(?:{pattern})" for pattern in patterns)
    return whole_words(find(texts, f"(?i){either}"), texts).select(
        *("row", "start", "end", "found"),
        label=pl.lit("ORDER"),
        key=pl.col("found").str.to_uppercase(),
    )


def _check(pattern: str) -> None:
    try:
        matches_nothing = pl.Series([""]).str.contains(pattern).item()
    except pl.exceptions.ComputeError as error:
        why = str(error).strip().splitlines()[-1]
        raise ParamsError(
            f"curate.pseudonyms.order_patterns: {pattern!r} is no pattern ({why}); "
            "use Rust's syntax, without look-around"
        ) from None
    if matches_nothing:
        raise ParamsError(
            f"curate.pseudonyms.order_patterns: {pattern!r} matches the empty text; "
            "name at least one character that every order number has"
        )


def _iban_at_start(text: str) -> tuple[str, str]:
    """The IBAN that `text` begins with, as written and compact; two empty strings if none."""
    length = _iban_lengths().get(text[:2].upper())
    if length is None:
        return "", ""
    separators, compact, end = " .-\u00a0", "", 0
    for end, letter in enumerate(text, start=1):
        if letter.isascii() and letter.isalnum():
            compact += letter.upper()
        elif letter not in separators or text[end - 2] in separators:
            return "", ""
        if len(compact) == length:
            break
    inside_word = text[end : end + 1].isalnum()
    if len(compact) < length or inside_word or not _checks(compact):
        return "", ""
    return text[:end], compact


def _checks(iban: str) -> bool:
    """ISO 7064 mod 97: country and check digits, moved to the end and read as base 36, leave 1."""
    digits = "".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])
    return int(digits) % 97 == 1


@cache
def _iban_lengths() -> dict[str, int]:
    """Letters and digits in each country's IBAN, from the registry that python-stdnum carries."""
    import re

    from stdnum import numdb

    lengths = {}
    for country in (f"{a}{b}" for a in _LETTERS for b in _LETTERS):
        properties = numdb.get("iban").info(country)[0][1]
        if properties:
            parts = re.findall(r"(\d+)!", properties["bban"])
            lengths[country] = 4 + sum(map(int, parts))
    return lengths


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
