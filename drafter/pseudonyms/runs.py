"""Runs of digits with little between them, as they stand in texts: what is weighed as a number."""

import re

import numpy as np
import numpy.typing as npt
import polars as pl

from drafter.pseudonyms.digits import WORD, Groups, table_of
from drafter.pseudonyms.phones import PHONE_WORD
from drafter.pseudonyms.raw import Numbers, Signs
from drafter.pseudonyms.spans import SPAN, find, first_come, text_within

# Six digits or more with little between them, after anything but a letter or digit.
DIGITS = r"[0-9](?:[() ./\u{a0}-]{0,3}[0-9]){5,}"
RUN = rf"(?-u:\b){DIGITS}"
OPENING = r"\(?\+?\(?"
EXTENDS = r"(?i:[ ,]{0,2}(?:x|ext\.?|extension)[ ]?)"
EXTENSION = rf"(?:{EXTENDS}[0-9]{{1,6}})"
WHOLE = rf"{OPENING}{RUN}{EXTENSION}?(?-u:\b)"
LONGEST_PART = 38  # characters: 19 digits, each followed by a separator
MOST_GROUPS = 12  # a run of more groups is a table, and only its first ones are weighed

DATE = (
    r"^(?:(?:19|20)[0-9]{2}([-/. ])(?:0?[1-9]|1[0-2])[-/. ](?:0?[1-9]|[12][0-9]|3[01])"
    r"|(?:0?[1-9]|[12][0-9]|3[01])[-/.](?:0?[1-9]|[12][0-9]|3[01])[-/.](?:19|20)?[0-9]{2})"
    r"(?:[ -]+[0-9]{1,4})?$"
)
MACHINE = r"^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$"
VERSION = r"(?:^|\.)[0-9](?:\.|$)"
YEARS = r"^(?:19|20)[0-9]{2}[ /-]+(?:19|20)[0-9]{2}$"

_BETWEEN = table_of("() ./-")
_BETWEEN[[0xC2, 0xA0]] = True  # the no-break space; neither byte is in a row with these otherwise
_SPACE, _X = table_of(" ,"), table_of("xXeE")


def digit_runs(texts: pl.DataFrame, groups: Groups) -> pl.DataFrame:
    """Every run with what opens it and its extension: row, text, above, start, end, found.

    `groups` are the digits of `texts` (row, text). A run ends at a word's end, so
    "415-555-2671 30th" gives its first ten digits. `above` is where the run above it ends.
    """
    first, last = _chains(groups)
    text, ends = groups.texts[first], groups.ends[last]
    bounds = groups.bounds[text]
    begins = groups.begins[first] - _opening(groups, groups.begins[first], bounds)
    above, below = bounds.copy(), groups.bounds[text + 1]
    same = text[1:] == text[:-1]
    above[1:][same], below[:-1][same] = ends[:-1][same], begins[1:][same]
    places = {"above": above, "start": begins, "end": ends, "below": below}
    runs = texts.select("row", "text")[text].with_columns(
        pl.Series(name, place - bounds) for name, place in places.items()
    )
    runs = runs.with_columns(found=text_within(pl.col("start"), pl.col("end")))
    closely = _more_may_belong(groups.signs, ends)
    if closely.any():
        others = runs.filter(pl.Series(closely)).with_columns(
            after=text_within(pl.col("end"), pl.col("below"))
        )
        # an extension of six digits, or one that goes on, is a run by itself
        reaching = others.filter(pl.col("after").str.contains(f"^{EXTENDS}$"))["row"].unique()
        runs = pl.concat(
            [runs.filter(pl.Series(~closely)), _with_extension(others).select(runs.columns)]
        )
        if len(reaching):
            runs = runs.drop("below").filter(~pl.col("row").is_in(reaching.implode()))
            return pl.concat([runs, _by_expression(texts, reaching).select(runs.columns)])
    return runs.drop("below")


def _by_expression(texts: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """The runs of a few texts, by the one expression that says it all and is slow."""
    few = texts.select("row", "text").filter(pl.col("row").is_in(rows.implode()))
    above = pl.col("end").shift(1).over("row").fill_null(0)
    return find(few, WHOLE).with_columns(above=above).join(few, on="row")


def _chains(groups: Groups) -> tuple[Numbers, Numbers]:
    """The first and the last group of each RUN: six digits with little between them."""
    linked = np.append(_linked(groups), False)[: len(groups.begins)]
    tails = np.flatnonzero(~linked)
    heads = np.append(0, tails + 1)[: len(tails)]
    # A run begins with the first group of its chain that does not go on a word.
    opens = groups.opens_word()
    opening = np.append(np.flatnonzero(opens), len(opens))
    first = opening[(np.cumsum(opens) - opens)[heads]]
    before = np.append(0, np.cumsum(groups.ends - groups.begins))
    kept = (first <= tails) & (before[tails + 1] - before[first] >= 6)
    return first[kept], tails[kept]


def _linked(groups: Groups) -> npt.NDArray[np.bool_]:
    """Whether at most three separators, and nothing else, stand between a group and the next."""
    ends, size = groups.ends[:-1], groups.begins[1:] - groups.ends[:-1]
    linked = (size <= 6) & (groups.texts[1:] == groups.texts[:-1])  # a no-break space is two bytes
    rest = np.flatnonzero(linked)
    for place in range(6):
        fits = _BETWEEN[groups.signs[ends[rest] + place]]
        linked[rest[~fits]] = False
        rest = rest[fits & (size[rest] > place + 1)]
    wide = np.flatnonzero(linked & (size > 3))
    spaces = np.take(groups.signs, ends[wide, None] + np.arange(6), mode="clip") == 0xA0
    spaces &= np.arange(6) < size[wide, None]
    linked[wide] = size[wide] - spaces.sum(axis=1) <= 3
    return linked


def _opening(groups: Groups, begins: Numbers, bounds: Numbers) -> Numbers:
    """How many signs of OPENING stand before each run, in the text that begins at `bounds`."""
    signs = np.stack([groups.signs[begins - n] for n in (1, 2, 3)])
    signs[begins - np.array([[1], [2], [3]]) < bounds] = 0
    round_1, round_2, round_3 = signs == ord("(")
    plus_1, plus_2, _ = signs == ord("+")
    behind_round = 1 + (round_2 | plus_2) + (plus_2 & round_3)
    return np.where(plus_1, 1 + round_2, np.where(round_1, behind_round, 0))


def _more_may_belong(signs: Signs, ends: Numbers) -> npt.NDArray[np.bool_]:
    """Which runs may have an extension, or end inside a word.

    Most have nothing of the kind. Told from three bytes, be they the next text's: a run too many
    does no harm.
    """
    next_1, next_2, next_3 = (np.take(signs, ends + n, mode="clip") for n in range(3))
    extended = _SPACE[next_2] & _X[next_3] | _X[next_2]
    return np.asarray(WORD[next_1] | _SPACE[next_1] & extended)


def _with_extension(runs: pl.DataFrame) -> pl.DataFrame:
    """Widen runs by their extensions, and leave out digits that begin a word."""
    found, extension = pl.col("found"), pl.col("extension")
    runs = runs.with_columns(
        extension=pl.col("after").str.extract(rf"^({EXTENSION})(?-u:\b)").fill_null("")
    )
    inside_word = pl.col("after").str.contains("^[A-Za-z_]") & (extension == "")
    cut = found.str.extract(f"^({OPENING}{DIGITS})[^0-9]+[0-9]+$")
    runs = runs.with_columns(found=pl.when(inside_word).then(cut).otherwise(found + extension))
    runs = runs.drop_nulls("found")
    return runs.with_columns(end=pl.col("start") + found.str.len_bytes())


def form_of_no_number() -> pl.Expr:
    """Whether a run is written as a date, a version or another thing that is no number."""
    return pl.col("found").str.contains(f"{DATE}|{MACHINE}|{VERSION}|{YEARS}")


def weighable(runs: pl.DataFrame) -> pl.DataFrame:
    """Of `digit_runs` those that may be something, with `before`: what stands above them.

    Leaves out most of what is neither at little cost: dates, versions, short bare numbers.
    """
    short = pl.col("found").str.contains("^[0-9]{1,8}$")
    before = text_within(pl.col("above"), pl.col("start"))
    runs = runs.with_columns(short=short)
    told = runs.filter("short").with_columns(before=before)
    told = told.filter(pl.col("before").str.contains(PHONE_WORD))
    others = runs.filter(~pl.col("short") & ~form_of_no_number()).with_columns(before=before)
    return pl.concat([told, others]).drop("text", "above", "short")


def parts(runs: pl.DataFrame) -> pl.DataFrame:
    """Every stretch of groups of each run, as runs of their own, with `run` to say whose."""
    stretches = []
    for number, (row, start, found, before) in enumerate(
        runs.select("row", "start", "found", "before").iter_rows()
    ):
        groups = [group.span() for group in re.finditer(r"[^ \u00a0]+", found)][:MOST_GROUPS]
        ascii_run = found.isascii()
        for opening, (begin, _) in enumerate(groups):
            for _, end in groups[opening:]:
                part = found[begin:end]
                if not 9 <= end - begin <= LONGEST_PART:
                    continue
                at = start + (begin if ascii_run else len(found[:begin].encode()))
                stretches.append(
                    (row, at, at + len(part.encode()), part, before + found[:begin], number)
                )
    schema = {"row": pl.Int64, "start": pl.Int64, "end": pl.Int64, "found": pl.String}
    return pl.DataFrame(
        stretches, schema=schema | {"before": pl.String, "run": pl.Int64}, orient="row"
    )


def longest(weighed: pl.DataFrame) -> pl.DataFrame:
    """Of each run's parts that are something, the longest that do not overlap; cards first."""
    size = pl.col("end") - pl.col("start")
    order = weighed.filter(pl.col("label").is_not_null()).sort(
        pl.col("run"), pl.col("label") != "CARD", -size, pl.col("start")
    )
    return first_come(order).select(list(SPAN))
