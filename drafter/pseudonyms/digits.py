"""Where digits stand, found in the bytes of all texts at once.

Numbers and IBANs are rare and digits tell where they may be. A regular expression would have to
look at every letter between them; numpy compares all bytes in one step.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from drafter.pseudonyms.raw import Numbers, Signs, bytes_of


@dataclass(frozen=True)
class Groups:
    """Digits that stand side by side, a group each, in the order of the texts.

    Places are counted from the first text's first byte.
    """

    signs: Signs
    """The bytes of all texts."""
    bounds: Numbers
    """Where each text begins; one more than texts."""
    begins: Numbers
    ends: Numbers
    texts: Numbers
    """The number of the text that a group stands in."""

    def opens_word(self) -> npt.NDArray[np.bool_]:
        """Whether a group follows no letter and no underscore of ASCII (`(?-u:\\b)`)."""
        first = self.begins == self.bounds[self.texts]
        return first | ~WORD[self.signs[self.begins - 1]]


def digit_groups(texts: pl.Series) -> Groups:
    bounds, signs = bytes_of(texts)
    digit = np.zeros(len(signs) + 2, np.bool_)  # with a sign before the first and after the last
    np.less(signs - ord("0"), 10, out=digit[1:-1])  # unsigned: what is less wraps round
    edges = np.flatnonzero(digit[1:] != digit[:-1])
    # Where one text ends with a digit and the next begins with one, two groups meet.
    meeting = np.unique(bounds)
    meeting = meeting[digit[meeting] & digit[meeting + 1]]
    if len(meeting):
        edges = np.sort(np.concatenate([edges, meeting, meeting]))
    begins, ends = edges[0::2].copy(), edges[1::2].copy()
    inside = np.diff(np.searchsorted(begins, bounds))
    return Groups(signs, bounds, begins, ends, np.repeat(np.arange(len(texts)), inside))


def table_of(signs: str) -> npt.NDArray[np.bool_]:
    """For each byte, whether it is one of `signs` (ASCII)."""
    table = np.zeros(256, np.bool_)
    table[list(signs.encode())] = True
    return table


LETTER = table_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
WORD = LETTER | table_of("0123456789_")
