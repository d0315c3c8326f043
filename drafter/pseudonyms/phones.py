"""Phone numbers: what Google's metadata (`phonenumbers`) says of them, and what stands around them.

abroad   `+`, 00 or 011, a country's calling code, and a length which that country has
at home  a number of the default region, in groups as it is written there
told     any digits after a word such as `tel`; none after a word such as `ticket`
"""

from functools import cache

import polars as pl

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

# What a phone number looks like without a `+`: groups of two digits or more; the first may be
# a trunk 0 or 1 alone.
GROUPED_NORTH_AMERICA = (
    r"^(?:1[ ./-]{0,2})?\(?[0-9]{3}\)?[ ./\u{a0}-]{0,3}[0-9]{3}[ ./\u{a0}-]{0,3}[0-9]{4}$"
)
GROUPED = r"^(?:1[ .-]|0[ /-])?\(?[0-9]{2,6}(?:[() ./\u{a0}-]{1,3}[0-9]{2,8}){1,5}$"


def with_international(table: pl.DataFrame) -> pl.DataFrame:
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
        codes = [code for code in lengths_by_code() if len(code) == length]
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


def national(region: str) -> tuple[pl.Expr, pl.Expr]:
    """Whether `digits` is a number of `region`, and its key with the calling code."""
    code, trunk, pattern = home(region)
    inner = pl.col("digits")
    if trunk:
        # A trunk prefix is dialled before the number and is no part of it.
        inner = inner.str.replace(f"^{trunk}", "")
    return inner.str.contains(pattern), pl.lit(f"+{code}") + inner


@cache
def home(region: str) -> tuple[int, str, str]:
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
    """`lengths_by_code` as a table: code, sizes."""
    lengths = lengths_by_code()
    return pl.DataFrame({"code": list(lengths), "sizes": list(lengths.values())})


@cache
def lengths_by_code() -> dict[str, list[int]]:
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
