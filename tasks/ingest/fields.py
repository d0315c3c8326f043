"""From an export's columns to our fields: which column is which, what a cell means."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from tasks.ingest.batches import LIST_MARK, ROW
from tasks.ingest.times import read_times

# Our field: theirs. The keys are narrower kinds of str, which Mapping[str, ...] would refuse.
Columns = Mapping[Any, str | list[str]]

LISTS = ("names", "cites")
TIMES = ("created_at", "effective_from", "effective_to")
YES = ("true", "1", "yes", "y", "t", "solved", "resolved", "closed", "done")
NO = ("false", "0", "no", "n", "f", "unsolved", "open", "new", "pending", "on-hold")


def columns_of(columns: Columns) -> list[str]:
    """Every column name that a mapping speaks of."""
    return [name for theirs in columns.values() for name in _listed(theirs)]


def take_fields(
    frame: pl.DataFrame, columns: Columns, time_format: str, list_separator: str
) -> pl.DataFrame:
    """ROW and one column for each of our fields in `columns`, read as what the field is.

    A field with several columns takes the first that is filled in; `names` takes all of them.
    Text stays as it is; an empty cell is null. What is no number or no yes or no becomes null.
    """
    taken = [frame[ROW]]
    for field, theirs in columns.items():
        there = [name for name in _listed(theirs) if name in frame.columns]
        taken.append(_read(frame, field, there, time_format, list_separator).alias(field))
    return pl.DataFrame(taken)


def _read(
    frame: pl.DataFrame, field: str, there: Sequence[str], time_format: str, list_separator: str
) -> pl.Series:
    filled = [pl.when(pl.col(name) != "").then(pl.col(name)) for name in there]
    none = pl.lit(None, pl.String).repeat_by(1).list.first()
    if field in LISTS:
        split = [
            cell.str.replace_all(LIST_MARK, list_separator, literal=True).str.split(list_separator)
            for cell in filled
        ]
        joined = pl.concat_list([one.fill_null([]) for one in split]) if split else None
        if joined is None:
            return pl.Series([[]] * frame.height, dtype=pl.List(pl.String))
        cleaned = joined.list.eval(
            pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != "")
        ).list.unique(maintain_order=True)
        return frame.select(cleaned).to_series()
    cell = pl.coalesce(filled) if filled else none
    texts = frame.select(cell.alias(field)).to_series() if filled else _nulls(frame, field)
    if field in TIMES:
        return read_times(texts, time_format)
    if field == "csat":
        ratings = texts.str.strip_chars().cast(pl.Float64, strict=False)
        return ratings.set(~ratings.is_finite(), None)
    if field == "draft_weight":
        weights = texts.str.strip_chars().cast(pl.Float64, strict=False)
        return weights.set(~(weights.is_finite() & (weights >= 0)), None)
    if field in ("votes", "helpful"):
        return texts.cast(pl.Float64, strict=False).cast(pl.Int64, strict=False)
    if field in ("solved", "accepted"):
        return read_yes(texts)
    return texts


def read_yes(texts: pl.Series) -> pl.Series:
    """Booleans, from the words that exports use for them, states such as "closed" among them."""
    words = texts.str.strip_chars().str.to_lowercase()
    yes = words.is_in(YES)
    return yes.set(~yes & ~words.is_in(NO), None)


def left_out(frame: pl.DataFrame, rules: Mapping[str, Sequence[str | int | bool]]) -> pl.Series:
    """For each row the column by which `rules` leave it out, or null."""
    left = _nulls(frame, "left_out")
    for column, values in rules.items():
        if column in frame.columns:
            words = [str(value).lower() for value in values]
            hit = frame[column].str.strip_chars().str.to_lowercase().is_in(words).fill_null(False)
            left = left.set(hit & left.is_null(), column)
    return left


def _nulls(frame: pl.DataFrame, name: str) -> pl.Series:
    return pl.Series(name, [None], pl.String).new_from_index(0, frame.height)


def _listed(theirs: str | list[str]) -> list[str]:
    return [theirs] if isinstance(theirs, str) else theirs
