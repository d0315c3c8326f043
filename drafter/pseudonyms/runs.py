"""Runs of digits with little between them, as they stand in texts: what is weighed as a number."""

import re

import polars as pl

from drafter.pseudonyms.phones import PHONE_WORD
from drafter.pseudonyms.spans import SPAN, find

# Six digits or more with little between them, after anything but a letter or digit.
DIGITS = r"[0-9](?:[() ./\u{a0}-]{0,3}[0-9]){5,}"
RUN = rf"(?-u:\b){DIGITS}"
OPENING = r"\(?\+?\(?"
EXTENSION = r"(?i:[ ,]{0,2}(?:x|ext\.?|extension)[ ]?[0-9]{1,6})"
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


def digit_runs(texts: pl.DataFrame) -> pl.DataFrame:
    """Every run with what opens it and its extension: row, start, end, found, before.

    A run ends at a word's end, so "415-555-2671 30th" gives its first ten digits.
    """
    runs = find(texts, RUN).with_columns(
        next=pl.when(pl.col("row") == pl.col("row").shift(-1)).then(pl.col("start").shift(-1))
    )
    before, after, found = pl.col("before"), pl.col("after"), pl.col("found")
    # Most runs have nothing of the kind, and these alone are looked at closely.
    plain = ~(after.str.contains("^(?:[A-Za-z_]|[ ,]{0,2}[xXeE])") | before.str.contains("[(+]$"))
    others = runs.filter(~plain).with_columns(
        opening=before.str.extract(f"({OPENING})$"),
        extension=after.str.extract(rf"^({EXTENSION})(?-u:\b)").fill_null(""),
    )
    if others.is_empty():
        return runs.drop("after", "next")
    crowded = pl.col("next") < pl.col("end") + pl.col("extension").str.len_bytes()
    others = others.with_columns(extension=pl.when(~crowded.fill_null(False)).then("extension"))
    extension = pl.col("extension").fill_null("")
    inside_word = after.str.contains("^[A-Za-z_]") & (extension == "")
    cut = found.str.extract(f"^({DIGITS})[^0-9]+[0-9]+$")
    others = others.with_columns(found=pl.when(inside_word).then(cut).otherwise(found))
    others = others.drop_nulls("found").with_columns(
        found=pl.col("opening") + found + extension,
        start=pl.col("start") - pl.col("opening").str.len_bytes(),
        before=before.str.strip_suffix(pl.col("opening")),
    )
    others = others.with_columns(end=pl.col("start") + found.str.len_bytes())
    columns = ["row", "start", "end", "found", "before"]
    return pl.concat([runs.filter(plain).select(columns), others.select(columns)])


def may_be_something() -> pl.Expr:
    """Leave out most of what is neither at little cost: dates, versions, short bare numbers."""
    found, before = pl.col("found"), pl.col("before")
    short = found.str.contains("^[0-9]{1,8}$") & ~before.str.contains(PHONE_WORD)
    return ~(short | found.str.contains(f"{DATE}|{MACHINE}|{VERSION}|{YEARS}"))


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
    kept: list[tuple[object, ...]] = []
    taken: dict[int, list[tuple[int, int]]] = {}
    for part in order.select(*SPAN, "run").iter_rows():
        start, end, others = part[1], part[2], taken.setdefault(part[-1], [])
        if all(end <= begin or start >= finish for begin, finish in others):
            others.append((start, end))
            kept.append(part[:-1])
    return pl.DataFrame(kept, schema=SPAN, orient="row")
