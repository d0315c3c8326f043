"""What is found by its form alone: e-mail addresses, order numbers."""

from collections.abc import Sequence

import polars as pl

from drafter.errors import ParamsError
from drafter.pseudonyms.labels import LETTERS
from drafter.pseudonyms.spans import SPAN, find, whole_words

EMAIL = (
    rf"[{LETTERS}_](?:[{LETTERS}_.+%'&-]*[{LETTERS}_+%&-])?"
    rf"@(?:[{LETTERS}](?:[{LETTERS}-]*[{LETTERS}])?\.)+(?:xn--[a-zA-Z0-9-]+|[{LETTERS}]{{2,24}})"
)


def emails(texts: pl.DataFrame) -> pl.DataFrame:
    """Spans of e-mail addresses."""
    hits = find(texts, EMAIL)
    if hits.is_empty():
        return pl.DataFrame(schema=SPAN)
    return hits.select(
        *("row", "start", "end", "found"),
        label=pl.lit("EMAIL"),
        key=pl.col("found").str.to_lowercase(),
    )


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
