"""What is found by its form alone: e-mail addresses, IBANs, order numbers."""

from collections.abc import Sequence
from functools import cache

import polars as pl

from drafter.errors import ParamsError
from drafter.pseudonyms.labels import LETTERS
from drafter.pseudonyms.spans import SPAN, find, text_after, whole_words

EMAIL = (
    rf"[{LETTERS}_](?:[{LETTERS}_.+%'&-]*[{LETTERS}_+%&-])?"
    rf"@(?:[{LETTERS}](?:[{LETTERS}-]*[{LETTERS}])?\.)+(?:xn--[a-zA-Z0-9-]+|[{LETTERS}]{{2,24}})"
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
    starts = find(texts, IBAN_START).select("row", "start", country=pl.col("found").str.head(2))
    lengths = pl.DataFrame({"country": list(_iban_lengths()), "size": _iban_lengths().values()})
    starts = (
        starts.with_columns(pl.col("country").str.to_uppercase(), end="start")
        .join(lengths, on="country")
        .join(texts.select("row", "text"), on="row")
        .with_columns(window=text_after(IBAN_BYTES))
        .drop("text")
    )
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
    spans = spans.filter(_remainder_of_97(pl.col("key")) == 1).sort("row", "start")
    # A group within one can look like the beginning of another, and hardly ever has its digits.
    apart = pl.col("start") >= pl.col("end").shift(1).over("row").fill_null(0)
    return spans.filter(apart).with_columns(label=pl.lit("IBAN")).select(list(SPAN))


def orders(texts: pl.DataFrame, patterns: Sequence[str]) -> pl.DataFrame:
    """Spans of the company's order numbers, in any case, as whole words.

    Raises ParamsError where a pattern is not one that Rust's regex knows.
    """
    if not patterns:
        return pl.DataFrame(schema=SPAN)
    for pattern in patterns:
        _check(pattern)
    either = "|".join(f"(?:{pattern})" for pattern in patterns)
    return whole_words(find(texts, f"(?i){either}")).select(
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


def _remainder_of_97(iban: pl.Expr) -> pl.Expr:
    """ISO 7064: country and check digits moved to the end, read in base 36, divided by 97."""
    letters = [chr(code) for code in range(ord("A"), ord("Z") + 1)]
    digits = (iban.str.slice(4) + iban.str.head(4)).str.replace_many(
        letters, [str(value) for value in range(10, 36)]
    )
    # 34 signs are 68 digits at most: eight pieces of nine, which an Int64 holds with a remainder.
    digits = digits.str.pad_start(72, "0")
    remainder = pl.lit(0, dtype=pl.Int64)
    for place in range(0, 72, 9):
        piece = digits.str.slice(place, 9).cast(pl.Int64)
        remainder = (remainder * 10**9 + piece) % 97
    return remainder


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
