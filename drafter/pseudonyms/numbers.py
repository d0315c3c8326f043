"""Cards and phone numbers: runs of digits, told apart and from every other number by their form.

A run is split off first ("4111 1111 1111 1111 12", a card and its month); all its beginnings and
ends at a space are then weighed, and the longest that is a card or a phone number is taken.

    card   an issuer's prefix, its length, and Luhn's check digit
    phone  `+` or `00` and a country's calling code with a length which that country has; or
           a number of the default region; or groups after a leading 0, as most of Europe
           writes; or any digits after a word such as `tel`.
    not    dates, times, versions, addresses of machines, amounts, parts of a URL, and what
           stands after a word such as `ticket` or `#`; digits alone after `:`, `=` or `|`
"""

import polars as pl

from drafter.pseudonyms.cards import are_cards
from drafter.pseudonyms.digits import Groups
from drafter.pseudonyms.phones import (
    AMOUNT,
    FIELD,
    GROUPED,
    GROUPED_NORTH_AMERICA,
    ID_WORD,
    IN_URL,
    PHONE_WORD,
    home,
    international,
    national,
)
from drafter.pseudonyms.runs import (
    EXTENSION,
    digit_runs,
    form_of_no_number,
    longest,
    parts,
    weighable,
)
from drafter.pseudonyms.spans import SPAN

EVEN = r"^[0-9]{4}(?:[ \u{a0}][0-9]{4}){2,}(?:[ \u{a0}][0-9]{1,3})?$"
FRONT = r"^([0-9]{4}(?:[ \u{a0}][0-9]{4}){3})[ \u{a0}]"


def numbers(texts: pl.DataFrame, groups: Groups, region: str) -> pl.DataFrame:
    """Spans of cards and phone numbers; `region` is the home of numbers without a `+`.

    `groups` are the digits of `texts` (row, text).
    """
    runs = weighable(digit_runs(texts, groups))
    if runs.is_empty():
        return pl.DataFrame(schema=SPAN)
    weighed = classify(runs, region)
    kinds = [weighed.filter(pl.col("label").is_not_null()).select(list(SPAN))]
    # Digits in groups may be two things side by side; one group is what it is.
    rest = weighed.filter(
        pl.col("label").is_null()
        & pl.col("found").str.contains(r"[0-9)][ \u{a0}]+[(0-9]")
        & (pl.col("digits").str.len_bytes() >= 10)
    )
    # "9400 1112 0255 0000 0000 00" is one number in even groups: only its front may be a card.
    even = pl.col("found").str.contains(EVEN)
    fronts = rest.filter(even).with_columns(found=pl.col("found").str.extract(FRONT))
    fronts = fronts.drop_nulls("found").with_columns(
        end=pl.col("start") + pl.col("found").str.len_bytes(),
        label=pl.lit("CARD"),
        key=pl.col("digits").str.head(16),
    )
    kinds.append(fronts.filter(are_cards(fronts["key"])).select(list(SPAN)))
    uneven = rest.filter(~even)
    if not uneven.is_empty():
        kinds.append(longest(classify(parts(uneven).filter(~form_of_no_number()), region)))
    return pl.concat(kinds)


def classify(runs: pl.DataFrame, region: str) -> pl.DataFrame:
    """Add `label`, `key` and `digits` to runs (row, start, end, found, before)."""
    # An extension is part of what is replaced, not of what is weighed.
    table = runs.with_columns(whole="found", found=pl.col("found").str.replace(f"{EXTENSION}$", ""))
    found, before, size = pl.col("found"), pl.col("before"), pl.col("digits").str.len_bytes()
    table = table.with_columns(digits=found.str.replace_all(r"\(0\)|[^0-9]", ""))
    is_national, national_key = national(region)
    grouped_at_home = GROUPED_NORTH_AMERICA if home(region)[0] == 1 else GROUPED
    told = table.with_columns(
        international(table).alias("international"),
        are_cards(table["digits"]).alias("is_card"),
        plus=found.str.contains("+", literal=True),
        national=is_national,
        bare=found.str.contains("^[0-9]+$"),
        grouped=found.str.contains(GROUPED),
        grouped_at_home=found.str.contains(grouped_at_home),
        trunk=found.str.contains(r"^\(?0[1-9]"),
        phone_word=before.str.contains(PHONE_WORD),
        never=before.str.contains(AMOUNT) | before.str.contains(IN_URL),
        id_word=before.str.contains(ID_WORD),
        field=before.str.contains(FIELD),
    )
    is_card = pl.col("is_card") & ~pl.col("plus")
    bare, is_national = pl.col("bare"), pl.col("national")
    trunk = pl.col("trunk") & pl.col("grouped") & size.is_between(9, 12)
    written_so = is_national & pl.when(bare).then(size >= 9).otherwise("grouped_at_home")
    id_word = pl.col("id_word") | (bare & pl.col("field"))
    is_phone = pl.col("international").is_not_null() | (
        ~pl.col("never")
        & ((pl.col("phone_word") & size.is_between(6, 15)) | ((written_so | trunk) & ~id_word))
    )
    key = pl.coalesce("international", pl.when(is_national).then(national_key), "digits")
    return told.select(
        *("row", "start", "end", "before", "digits"),
        *(column for column in ("run",) if column in runs.columns),
        found="whole",
        label=pl.when(is_card).then(pl.lit("CARD")).when(is_phone).then(pl.lit("PHONE")),
        key=pl.when(is_card).then("digits").otherwise(key),
    )
