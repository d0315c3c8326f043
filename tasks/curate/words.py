"""The words of a column of texts, hashed.

"[ORDER_12] is late!"  ->  order is late
"Où est ma commande?"  ->  où est ma commande
"退货"                  ->  退 货
"""

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from drafter.pseudonyms.raw import bytes_of

Hashes = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]

_UNSPACED = r"([\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}])"
_BETWEEN_WORDS = r"[^\p{L}\p{M}\p{N}\x00-\x7F]+"
_BLANK = ord(" ")
# What becomes of a byte: ASCII letters are lower case, other ASCII than letters and digits is a
# blank, and the bytes of every other character stay. One pass does what took a regex.
_PLAIN = bytes(
    byte if byte > 127 else ord(chr(byte).lower()) if chr(byte).isalnum() else _BLANK
    for byte in range(256)
)
_IS_DIGIT = np.array([byte in b"0123456789" for byte in range(256)])


def plain_unicode(texts: pl.Series) -> pl.Series:
    """The texts with what _PLAIN cannot do by the byte: it is done to those that are not ASCII."""
    texts = texts.fill_null("")
    rows = (texts.str.len_bytes() > texts.str.len_chars()).arg_true()
    if rows.is_empty():
        return texts
    plain = texts.gather(rows).str.to_lowercase().str.replace_all(_BETWEEN_WORDS, " ")
    # into a clone, since scatter writes into the series it is called on
    return texts.clone().scatter(rows, plain.str.replace_all(_UNSPACED, " $1 "))


def word_hashes(texts: pl.Series) -> tuple[Hashes, Rows]:
    """The hash of every word of all texts, one text after the other, and each text's word count.

    The texts come from `plain_unicode`. They lie in Arrow as one run of bytes; the blanks in it are
    found by numpy, and words are that same run with a blank's place as each end. No list of words
    is made.
    """
    begins, signs = bytes_of(texts + " ")
    data = bytearray(signs)
    blank_placeholder_numbers(np.frombuffer(data, np.uint8))
    data = data.translate(_PLAIN)
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == _BLANK)
    ends += 1
    bounds = np.concatenate([[0], ends])
    words = pa.LargeStringArray.from_buffers(len(ends), pa.py_buffer(bounds), pa.py_buffer(data))
    # pyarrow makes views of the words faster than Polars would on its way in
    hashed = pl.Series(words.cast(pa.string_view())).hash(0).to_numpy()
    filled = np.diff(bounds) > 1  # a blank alone is no word
    until = np.searchsorted(ends[filled], begins[1:], side="right")
    return hashed[filled], np.diff(until, prepend=0)


def blank_placeholder_numbers(data: npt.NDArray[np.uint8]) -> None:
    """`[ORDER_12]` becomes `[ORDER_  ]` in place; `data` ends with a blank.

    All brackets walk left over their digits together, a digit a step.
    """
    brackets = np.flatnonzero(data == ord("]"))
    before, walking = brackets - 1, np.arange(len(brackets))
    while len(walking := walking[_IS_DIGIT[data[before[walking]]]]):
        before[walking] -= 1
    digits = brackets[data[before] == ord("_")] - 1
    while len(digits := digits[_IS_DIGIT[data[digits]]]):
        data[digits] = _BLANK
        digits -= 1
