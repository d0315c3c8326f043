"""Phone numbers: what Google's metadata (`phonenumbers`) says of them, and what stands around them.

abroad   `+`, 00 or 011, a country's calling code, and a length which that country has
at home  a number of the default region, in groups as it is written there
told     any digits after a word such as `tel`; none after a word such as `ticket`
"""

from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

LONGEST_NUMBER = 20  # digits with the calling code; no country has one longer

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


def international(table: pl.DataFrame) -> pl.Series:
    """`+` and the digits of numbers that name their country, else null.

    `table` has `found` and `digits`.
    """
    plus = pl.col("found").str.contains(r"^\(?\+")
    zeros = pl.col("found").str.contains(r"^\(?(?:00|011)[ ()./-]*[1-9].*[ ()./-][0-9]")
    zeros &= pl.col("digits").str.len_bytes() >= 10
    full = pl.col("digits").str.replace(r"^(?:00|011)", "")
    full = pl.when(plus).then("digits").when(zeros).then(full)
    numbers = table.select(full=full)["full"]
    named = numbers.drop_nulls()
    country = named.str.head(3).str.pad_end(3, "0").cast(pl.Int64).to_numpy()
    size = np.minimum(named.str.len_bytes().to_numpy(), LONGEST_NUMBER + 1)
    known = numbers.is_not_null().to_numpy().copy()
    known[known] = _known_abroad()[country, size]
    return pl.select(pl.when(pl.Series(known)).then(pl.lit("+") + numbers)).to_series()


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
def _known_abroad() -> npt.NDArray[np.bool_]:
    """Whether a number that begins with these three digits may have so many in all.

    No calling code is the beginning of another.
    """
    known = np.zeros((1000, LONGEST_NUMBER + 2), np.bool_)
    for code, sizes in lengths_by_code().items():
        begins = int(code.ljust(3, "0"))
        whole = [len(code) + size for size in sizes if len(code) + size <= LONGEST_NUMBER]
        known[begins : begins + 10 ** (3 - len(code)), whole] = True
    return known


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
