"""What is found by its form alone: e-mail addresses, IBANs, order numbers."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import polars as pl

from drafter.errors import ParamsError
from drafter.pseudonyms.labels import LETTERS
from drafter.pseudonyms.raw import bytes_of
from drafter.pseudonyms.spans import (
    SPAN,
    find,
    text_within,
    whole_words,
    with_surroundings,
)

EMAIL = (
    rf"[{LETTERS}_](?:[{LETTERS}_.+%'&-]*[{LETTERS}_+%&-])?"
    rf"@(?:[{LETTERS}](?:[{LETTERS}-]*[{LETTERS}])?\.)+(?:xn--[a-zA-Z0-9-]+|[{LETTERS}]{{2,24}})"
)
IBAN_SIGNS = 34  # of the longest
IBAN_BYTES = IBAN_SIGNS + 16  # with a separator after every second sign


def emails(texts: pl.DataFrame) -> pl.DataFrame:
    """Spans of e-mail addresses."""
    hits = find(texts.filter(pl.col("text").str.contains("@", literal=True)), EMAIL)
    if hits.is_empty():
        return pl.DataFrame(schema=SPAN)
    return hits.select(
        *("row", "start", "end", "found"),
        label=pl.lit("EMAIL"),
        key=pl.col("found").str.to_lowercase(),
    )


def ibans(texts: pl.DataFrame) -> pl.DataFrame:
    """Spans of IBANs: of the length that their country has, with the check digits right."""
    starts = _iban_starts(texts)
    lengths = pl.DataFrame({"country": list(_iban_lengths()), "size": _iban_lengths().values()})
    country = text_within(pl.col("start"), pl.col("start") + 2).str.to_uppercase()
    starts = starts.with_columns(country=country).join(lengths, on="country").drop("country")
    if starts.is_empty():
        return pl.DataFrame(schema=SPAN)
    starts = with_surroundings(starts, 0, IBAN_BYTES).drop("text", "before")
    starts = starts.rename({"after": "window"})
    # The country says where to stop: words in capitals may follow. Nearly every one is written
    # in one piece or in groups of four; the others take a pattern for each length.
    size, window = pl.col("size"), pl.col("window")
    joined = window.str.head(size)
    fours = window.str.head(size + (size - 1) // 4)
    starts = starts.with_columns(
        found=pl.when(joined.str.contains("^[A-Za-z0-9]*$"))
        .then(joined)
        .when(fours.str.contains(r"^(?:[A-Za-z0-9]{4}[ .\u{a0}-])+[A-Za-z0-9]{1,4}$"))
        .then(fours)
    )
    rare = starts.filter(pl.col("found").is_null())
    found = [starts.drop_nulls("found")] + [
        rows.with_columns(found=pl.col("window").str.extract(_iban_of(length)))
        for (length,), rows in rare.partition_by("size", as_dict=True).items()
    ]
    signs = pl.col("found").str.replace_all("[^A-Za-z0-9]", "")
    follows = window.str.slice(pl.col("found").str.len_chars(), 2)
    spans = pl.concat(found).filter(
        (signs.str.len_bytes() == size) & follows.str.contains(rf"^(?:[^{LETTERS}-]|-\s|-?$)")
    )
    spans = spans.with_columns(
        key=signs.str.to_uppercase(), end=pl.col("start") + pl.col("found").str.len_bytes()
    )
    spans = spans.filter(remainder_of_97(spans["key"]) == 1).sort("row", "start")
    # A group within one can look like the beginning of another, and hardly ever has its digits.
    apart = pl.col("start") >= pl.col("end").shift(1).over("row").fill_null(0)
    return spans.filter(apart).with_columns(label=pl.lit("IBAN")).select(list(SPAN))


def _iban_starts(texts: pl.DataFrame) -> pl.DataFrame:
    """Where a word begins with two letters and two digits: row, text, start, end (= start).

    Found in the bytes of all texts at once: a regular expression would stop at every letter.
    """
    bounds, data = bytes_of(texts["text"])
    signs = np.frombuffer(data, np.uint8)
    digit = signs - ord("0") < 10
    begins = np.flatnonzero(digit[2:-1] & digit[3:])
    for place in (0, 1):
        begins = begins[_LETTER[signs[begins + place]]]
    # The byte above the first text's first is its last one, which is never looked at.
    row = np.searchsorted(bounds, begins, side="right") - 1
    inside = (begins == bounds[row]) | ~_WORD[signs[begins - 1]]
    inside &= begins + 4 <= bounds[row + 1]
    start = begins[inside] - bounds[row[inside]]
    found = texts.select("row", "text")[row[inside]]
    return found.with_columns(start=pl.Series(start), end=pl.Series(start))


def orders(texts: pl.DataFrame, patterns: Sequence[str]) -> pl.DataFrame:
    """Spans of the company's order numbers, in any case, as whole words.

    Raises ParamsError where a pattern is not one that Rust's regex knows.
    """
    if not patterns:
        return pl.DataFrame(schema=SPAN)
    for pattern in patterns:
        _check(pattern)
    either = "|".join(f"(?:{pattern})" for pattern in patterns)
    hits = find(texts, f"(?i){either}")
    if hits.is_empty():
        return pl.DataFrame(schema=SPAN)
    return whole_words(hits).select(
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


def _iban_of(size: int) -> str:
    """A pattern whose group is `size` letters and digits with a separator between at will."""
    sign = "[A-Za-z0-9]"
    return rf"^((?:{sign}[ .\u{{a0}}-]?){{{size - 1}}}{sign})"


def remainder_of_97(ibans: pl.Series) -> pl.Series:
    """ISO 7064: country and check digits moved to the end, read in base 36, divided by 97."""
    signs = (ibans.str.slice(4) + ibans.str.head(4)).str.pad_start(IBAN_SIGNS, "0")
    table = np.frombuffer("".join(signs).encode(), np.uint8).reshape(-1, IBAN_SIGNS)
    remainder = np.zeros(len(ibans), np.int64)
    for column in table.T.astype(np.int64):
        # a letter is a number of two digits, from A = 10 on
        value = np.where(column > ord("9"), column - ord("A") + 10, column - ord("0"))
        remainder = (remainder * np.where(value > 9, 100, 10) + value) % 97
    return pl.Series(remainder)


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


_LETTER = np.array([chr(byte).isascii() and chr(byte).isalpha() for byte in range(256)])
_WORD = np.array(
    [chr(byte).isascii() and (chr(byte).isalnum() or byte == ord("_")) for byte in range(256)]
)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
