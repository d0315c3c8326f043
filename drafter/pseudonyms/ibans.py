"""IBANs: as long as their country's are, with the check digits right.

Their beginnings are found among the digits of all texts at once (two letters, two digits), and
each is read sign by sign, all of them in step.
"""

from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from drafter.pseudonyms.digits import LETTER, WORD, Groups, table_of
from drafter.pseudonyms.labels import LETTERS
from drafter.pseudonyms.raw import Numbers, Signs
from drafter.pseudonyms.spans import SPAN, text_within

LONGEST = 50  # bytes: 34 signs with a separator after every second one


def ibans(texts: pl.DataFrame, groups: Groups) -> pl.DataFrame:
    """Spans of IBANs in `texts` (row, text), whose digits are `groups`."""
    begins, sizes, text = _beginnings(groups)
    window = np.take(groups.signs, begins[:, None] + np.arange(LONGEST), mode="clip")
    length, ends_well = _length(window, sizes)
    ends_well &= begins + length <= groups.bounds[text + 1]
    begins, text, length = begins[ends_well], text[ends_well], length[ends_well]
    window = window[ends_well]
    right = _remainder_of_97(window, length) == 1
    begins, text, length = begins[right], text[right], length[right]
    if not len(begins):
        return pl.DataFrame(schema=SPAN)
    start = begins - groups.bounds[text]
    spans = texts.select("row", "text")[text].with_columns(
        start=pl.Series(start), end=pl.Series(start + length), begin=pl.Series(begins)
    )
    size = pl.col("text").str.len_bytes().cast(pl.Int64)
    spans = spans.with_columns(
        found=text_within(pl.col("start"), pl.col("end")), after=text_within(pl.col("end"), size)
    )
    spans = spans.filter(pl.col("after").str.contains(rf"^(?:[^{LETTERS}-]|-\s|-?$)"))
    # A group within one can look like the beginning of another, and hardly ever has its digits.
    apart = pl.col("begin") >= (pl.col("begin") + pl.col("end") - pl.col("start")).shift(
        1, fill_value=0
    )
    return spans.filter(apart).select(
        *("row", "start", "end", "found"),
        label=pl.lit("IBAN"),
        key=pl.col("found").str.replace_all("[^A-Za-z0-9]", "").str.to_uppercase(),
    )


def _beginnings(groups: Groups) -> tuple[Numbers, Numbers, Numbers]:
    """Where words begin with a country and two digits, how many signs its IBANs have, the text."""
    begins = groups.begins - 2
    # Most digits don't follow a letter: what is asked of all of them is that alone.
    near = np.flatnonzero(LETTER[groups.signs[begins + 1]] & (groups.ends - begins >= 4))
    begins, text = begins[near], groups.texts[near]
    size = _sizes()[groups.signs[begins], groups.signs[begins + 1]]
    first = begins == groups.bounds[text]
    kept = (size > 0) & (first | ~WORD[groups.signs[begins - 1]])
    kept &= begins >= groups.bounds[text]
    return begins[kept], size[kept], text[kept]


def _length(window: Signs, sizes: Numbers) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """How many bytes each takes with the separators between, and whether there are that many signs.

    The country says where to stop: words in capitals may follow.
    """
    sign = _SIGN[window]
    count = np.cumsum(sign, axis=1, dtype=np.uint8)
    length = np.argmax(count == sizes[:, None].astype(np.uint8), axis=1) + 1
    # One separator at most stands between two signs; a no-break space is two bytes.
    fits = sign.copy()
    fits[:, 1:] |= _SEPARATOR[window[:, 1:]] & sign[:, :-1]
    fits[:, 1:] |= (window[:, 1:] == 0xA0) & (window[:, :-1] == 0xC2)
    misfit = np.argmin(fits, axis=1)
    misfit[fits.all(axis=1)] = LONGEST
    return length, (count[:, -1] >= sizes) & (misfit >= length)


def _remainder_of_97(window: Signs, length: Numbers) -> Numbers:
    """ISO 7064: country and check digits moved to the end, read in base 36, divided by 97."""
    value = np.where(np.arange(LONGEST) < length[:, None], _VALUE[window], 0xFF)
    value = np.roll(value, -4, axis=1)
    # A letter is a number of two digits, from A = 10 on. Each stands as far to the left as all
    # that follow it are wide.
    width = _WIDTH[value]
    upto = np.cumsum(width, axis=1, dtype=np.uint8)
    behind = upto[:, -1:] - upto
    return (_WORTH[value] * _POWERS[behind]).sum(axis=1) % 97


@cache
def iban_lengths() -> dict[str, int]:
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


@cache
def _sizes() -> Numbers:
    """`iban_lengths` by the two letters in either case, 0 where no country has them."""
    sizes = np.zeros((256, 256), np.int64)
    for country, size in iban_lengths().items():
        first, second = (np.array([ord(letter), ord(letter.lower())]) for letter in country)
        sizes[np.ix_(first, second)] = size
    return sizes


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SIGN = LETTER | table_of("0123456789")
_SEPARATOR = table_of(" .-")
_SEPARATOR[0xC2] = True  # the first byte of a no-break space
# What a sign counts, 0xFF for none; by that, how many digits wide it is, and what it adds.
_VALUE = np.array([int(chr(byte), 36) if _SIGN[byte] else 0xFF for byte in range(256)], np.uint8)
_WIDTH = np.array([1] * 10 + [2] * 26 + [0] * 220, np.uint8)
_WORTH = np.array([*range(36)] + [0] * 220, np.int16)
_POWERS = np.array([pow(10, power, 97) for power in range(2 * LONGEST)], np.int16)
