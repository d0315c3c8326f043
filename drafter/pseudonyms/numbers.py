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

from functools import cache

import polars as pl

from drafter.pseudonyms.spans import SPAN, find

EXTENSION = r"(?i:[ ,]{0,2}(?:x|ext\.?|extension)[ ]?[0-9]{1,6})"
RUN = rf"\(?\+?\(?(?-u:\b)[0-9](?:[() ./\u{{a0}}-]{{0,3}}[0-9]){{5,}}{EXTENSION}?(?-u:\b)"
EVEN = r"^[0-9]{4}(?:[ \u{a0}][0-9]{4}){2,}(?:[ \u{a0}][0-9]{1,3})?$"
FRONT = r"^([0-9]{4}(?:[ \u{a0}][0-9]{4}){3})[ \u{a0}]"
LONGEST_PART = 38  # characters: 19 digits, each followed by a separator
MOST_GROUPS = 12  # a run of more groups is a table, and only its first ones are weighed

CARD = (
    r"^(?:4[0-9]{12}(?:[0-9]{3}){0,2}"  # Visa
    r"|(?:5[0-9]|2[2-7])[0-9]{14}"  # Mastercard, Mir, Maestro of 16
    r"|3[47][0-9]{13}"  # American Express
    r"|3(?:[0689])[0-9]{12}(?:[0-9]{2}){0,1}"  # Diners
    r"|35[0-9]{14}"  # JCB
    r"|6[0-9]{14,18}"  # Discover, UnionPay, Maestro
    r")$"
)

PHONE_WORD = (
    r"(?i)(?:(?-u:\b)(?:tele?(?:phone|fon|fono)?|t[eé]l(?:[eé]phone)?|phone|mobile|mobil|handy|cell|fax"
    r"|whatsapp|sms|call(?: me| us)?(?: back)?(?: at| on)?|ring(?: me)?(?: at| on)?"
    r"|text(?: me)?(?: at)?|reach(?: me| us)?(?: at| on| by phone)?|contact(?: me)?(?: at| on)"
    r"|dial|my(?: new| old| own)? number)"
    r"(?:[ -]?(?:number|no|nr|nummer|is|was))*[.:)( #]*|wa\.me/|tel:)$"
)
ID_WORD = (
    r"(?i)(?:(?-u:\b)(?:id|order|ticket|case|ref|reference|tracking|invoice|serial|bug|build|version"
    r"|sku|isbn|ean|imei|parcel|shipment|account|item|article|part|model|transaction|batch|lot"
    r"|commit|release|firmware|uid|pid|timestamp)(?:[ -]?(?:number|num|no|nr|id|code|is|was))*"
    r"[.:)( ]*[#:]?[ ]?|[#$€£¥=,._&?%@~/*\\-])$"
)
FIELD = r"[:;=|<>]$|[:=|>][ ]+$"  # what stands after it is a value, of whatever kind
AMOUNT = r"[$€£¥][ ]?$"
IN_URL = r"(?i)(?:https?://|www\.)[^\s]*$"

DATE = (
    r"^(?:(?:19|20)[0-9]{2}([-/. ])(?:0?[1-9]|1[0-2])[-/. ](?:0?[1-9]|[12][0-9]|3[01])"
    r"|(?:0?[1-9]|[12][0-9]|3[01])[-/.](?:0?[1-9]|[12][0-9]|3[01])[-/.](?:19|20)?[0-9]{2})"
    r"(?:[ -]+[0-9]{1,4})?$"
)
MACHINE = r"^[0-9]{1,3}(?:\.[0-9]{1,3}){3}$"
VERSION = r"(?:^|\.)[0-9](?:\.|$)"
YEARS = r"^(?:19|20)[0-9]{2}[ /-]+(?:19|20)[0-9]{2}$"
# What a phone number looks like without a `+`: groups of two digits or more; the first may be
# a trunk 0 or 1 alone.
GROUPED_NORTH_AMERICA = (
    r"^(?:1[ ./-]{0,2})?\(?[0-9]{3}\)?[ ./\u{a0}-]{0,3}[0-9]{3}[ ./\u{a0}-]{0,3}[0-9]{4}$"
)
GROUPED = r"^(?:1[ .-]|0[ /-])?\(?[0-9]{2,6}(?:[() ./\u{a0}-]{1,3}[0-9]{2,8}){1,5}$"


def numbers(texts: pl.DataFrame, region: str) -> pl.DataFrame:
    """Spans of cards and phone numbers; `region` is the home of numbers without a `+`."""
    runs = find(texts, RUN).with_columns(before=pl.col("before").str.tail(80))
    runs = runs.filter(_may_be_something())
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
        end=pl.col("start") + pl.col("found").str.len_bytes()
    )
    if not fronts.is_empty():
        cards = classify(fronts.select(runs.columns), region).filter(pl.col("label") == "CARD")
        kinds.append(cards.select(list(SPAN)))
    uneven = rest.filter(~even)
    if not uneven.is_empty():
        kinds.append(_longest(classify(_parts(uneven).filter(_may_be_something()), region)))
    return pl.concat(kinds)


def _may_be_something() -> pl.Expr:
    """Leave out most of what is neither at little cost: dates, versions, short bare numbers."""
    found, before = pl.col("found"), pl.col("before")
    short = found.str.contains("^[0-9]{1,8}$") & ~before.str.contains(PHONE_WORD)
    other = (
        found.str.contains(DATE)
        | found.str.contains(MACHINE)
        | found.str.contains(VERSION)
        | found.str.contains(YEARS)
    )
    return ~(short | other)


def classify(runs: pl.DataFrame, region: str) -> pl.DataFrame:
    """Add `label`, `key` and `digits` to runs (row, start, end, found, before)."""
    # An extension is part of what is replaced, not of what is weighed.
    runs = runs.with_columns(whole="found", found=pl.col("found").str.replace(f"{EXTENSION}$", ""))
    digits = pl.col("found").str.replace_all(r"\(0\)", "").str.replace_all("[^0-9]", "")
    table = runs.with_columns(digits=digits)
    table = _cards(table)
    table = _international(table)
    national, national_key = _national(region)
    phone_word = pl.col("before").str.contains(PHONE_WORD)
    size = pl.col("digits").str.len_bytes()
    never = pl.col("before").str.contains(AMOUNT) | pl.col("before").str.contains(IN_URL)
    bare = pl.col("found").str.contains(r"^[0-9]+$")
    grouped = pl.col("found").str.contains(GROUPED)
    grouped_at_home = (
        pl.col("found").str.contains(GROUPED_NORTH_AMERICA) if _home(region)[0] == 1 else grouped
    )
    trunk = pl.col("found").str.contains(r"^\(?0[1-9]") & grouped & size.is_between(9, 12)
    at_home = national & pl.when(bare).then(size >= 9).otherwise(grouped_at_home)
    id_word = pl.col("before").str.contains(ID_WORD) | (bare & pl.col("before").str.contains(FIELD))
    is_phone = pl.col("international").is_not_null() | (
        ~never & ((phone_word & size.is_between(6, 15)) | ((at_home | trunk) & ~id_word))
    )
    return table.with_columns(
        label=pl.when("is_card").then(pl.lit("CARD")).when(is_phone).then(pl.lit("PHONE")),
        key=pl.when("is_card")
        .then("digits")
        .otherwise(pl.coalesce("international", pl.when(national).then(national_key), "digits")),
        found="whole",
    ).drop("whole")


def luhn(digits: pl.Series) -> pl.Series:
    """Whether each string of digits (19 at most) has Luhn's check digit."""
    import numpy as np

    fits = digits.str.len_bytes() <= 19
    padded = pl.select(pl.when(fits).then(digits).otherwise(pl.lit("1"))).to_series()
    text = padded.str.pad_start(19, "0").str.join("").item()
    table = np.frombuffer(text.encode(), dtype=np.uint8).reshape(-1, 19) - ord("0")
    doubled = table[:, 1::2] * 2  # every second digit from the right, check digit not counted
    total = table[:, 0::2].sum(axis=1) + np.where(doubled > 9, doubled - 9, doubled).sum(axis=1)
    return pl.Series("luhn", total % 10 == 0) & fits


def _cards(table: pl.DataFrame) -> pl.DataFrame:
    """Add `is_card`."""
    alike = pl.col("digits").str.contains(CARD) & ~pl.col("found").str.contains("+", literal=True)
    digits = table.filter(alike)["digits"]
    cards = digits.filter(luhn(digits)).unique()
    return table.with_columns(is_card=alike & pl.col("digits").is_in(cards.implode()))


def _international(table: pl.DataFrame) -> pl.DataFrame:
    """Add `international`: `+` and the digits of a number that names its country, else null."""
    plus = pl.col("found").str.contains(r"^\(?\+")
    zeros = pl.col("found").str.contains(r"^\(?(?:00|011)[ ()./-]*[1-9].*[ ()./-][0-9]")
    zeros &= pl.col("digits").str.len_bytes() >= 10
    table = table.with_columns(plus=plus, abroad=plus | zeros)
    others = table.filter(~pl.col("abroad")).drop("plus", "abroad")
    others = others.with_columns(international=pl.lit(None, dtype=pl.String))
    table = table.filter("abroad")
    if table.is_empty():
        return others
    abroad = _with_country(table)
    return pl.concat([others, abroad.select(others.columns)])


def _with_country(table: pl.DataFrame) -> pl.DataFrame:
    """Add `international` to runs that begin with `+` (`plus`), 00 or 011."""
    plus = pl.col("plus")
    full = (
        pl.when(plus)
        .then(pl.col("digits"))
        .otherwise(pl.col("digits").str.replace(r"^(?:00|011)", ""))
    )
    known = pl.lit(None, dtype=pl.String)
    for length in (1, 2, 3):
        codes = [code for code in _lengths_by_code() if len(code) == length]
        known = pl.coalesce(
            known, pl.when(full.str.head(length).is_in(codes)).then(full.str.head(length))
        )
    table = table.with_columns(full=full, code=known)
    table = table.join(_sizes(), on="code", how="left", maintain_order="left")
    size = (pl.col("full").str.len_bytes() - pl.col("code").str.len_bytes()).cast(pl.Int64)
    fits = pl.col("sizes").list.contains(size).fill_null(False)
    return table.with_columns(international=pl.when(fits).then(pl.lit("+") + pl.col("full"))).drop(
        "full", "code", "sizes"
    )


def _national(region: str) -> tuple[pl.Expr, pl.Expr]:
    """Whether `digits` is a number of `region`, and its key with the calling code."""
    code, trunk, pattern = _home(region)
    inner = pl.col("digits")
    if trunk:
        # A trunk prefix is dialled before the number and is no part of it.
        inner = inner.str.replace(f"^{trunk}", "")
    return inner.str.contains(pattern), pl.lit(f"+{code}") + inner


@cache
def _home(region: str) -> tuple[int, str, str]:
    from phonenumbers import PhoneMetadata

    from drafter.errors import ParamsError

    metadata = PhoneMetadata.metadata_for_region(region.upper(), None)
    if metadata is None or metadata.general_desc is None or metadata.country_code is None:
        raise ParamsError(
            f"curate.pseudonyms.default_region: {region!r} is no region; use two letters as in US"
        )
    pattern = f"^(?:{metadata.general_desc.national_number_pattern})$".replace(r"\d", "[0-9]")
    return metadata.country_code, metadata.national_prefix or "", pattern


@cache
def _sizes() -> pl.DataFrame:
    """`_lengths_by_code` as a table: code, sizes."""
    lengths = _lengths_by_code()
    return pl.DataFrame({"code": list(lengths), "sizes": list(lengths.values())})


@cache
def _lengths_by_code() -> dict[str, list[int]]:
    """Calling code to the lengths of national numbers that its regions have."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    lengths = {}
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        sizes: set[int] = set()
        for region in regions:
            found = (
                PhoneMetadata.metadata_for_nongeo_region(code)
                if region == "001"
                else PhoneMetadata.metadata_for_region(region, None)
            )
            if found is not None and found.general_desc is not None:
                sizes.update(found.general_desc.possible_length)
        lengths[str(code)] = sorted(size for size in sizes if size > 0)
    return lengths


def _parts(runs: pl.DataFrame) -> pl.DataFrame:
    """Every stretch of groups of each run, as runs of their own, with `run` to say whose."""
    import re

    parts = []
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
                parts.append(
                    (row, at, at + len(part.encode()), part, before + found[:begin], number)
                )
    schema = {"row": pl.Int64, "start": pl.Int64, "end": pl.Int64, "found": pl.String}
    return pl.DataFrame(parts, schema=schema | {"before": pl.String, "run": pl.Int64}, orient="row")


def _longest(parts: pl.DataFrame) -> pl.DataFrame:
    """Of each run's parts that are something, the longest that do not overlap; cards first."""
    size = pl.col("end") - pl.col("start")
    order = parts.filter(pl.col("label").is_not_null()).sort(
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
