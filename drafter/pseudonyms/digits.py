"""Where digits stand, found in the bytes of all texts at once.

Numbers and IBANs are rare and digits tell where they may be. A regular expression would have to
look at every letter between them; numpy compares all bytes in one step.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from drafter.pseudonyms.raw import Numbers, Signs, bytes_of

BLOCK = 2**18  # bytes


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
    edges = _edges(signs)
    # Where one text ends with a digit and the next begins with one, two groups meet.
    meeting = np.unique(bounds[(bounds > 0) & (bounds < len(signs))])
    meeting = meeting[_DIGIT[signs[meeting - 1]] & _DIGIT[signs[meeting]]]
    if len(meeting):
        edges = np.sort(np.concatenate([edges, meeting, meeting]))
    begins, ends = edges[0::2].copy(), edges[1::2].copy()
    inside = np.diff(np.searchsorted(begins, bounds))
    return Groups(signs, bounds, begins, ends, np.repeat(np.arange(len(texts)), inside))


def _edges(signs: Signs) -> Numbers:
    """Where digits begin and where they end, in turn.

    A block at a time: what is computed between stays in the processor's cache.
    """
    edges = [np.empty(0, np.int64)]
    inside = False
    for begin in range(0, len(signs), BLOCK):
        digit = signs[begin : begin + BLOCK] - ord("0") < 10  # unsigned: what is less wraps round
        if digit[0] != inside:
            edges.append(np.array([begin]))
        edges.append(np.flatnonzero(digit[1:] != digit[:-1]) + (begin + 1))
        inside = digit[-1]
    if inside:
        edges.append(np.array([len(signs)]))
    return np.concatenate(edges)


def table_of(signs: str) -> npt.NDArray[np.bool_]:
    """For each byte, whether it is one of `signs` (ASCII)."""
    table = np.zeros(256, np.bool_)
    table[list(signs.encode())] = True
    return table


LETTER = table_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_DIGIT = table_of("0123456789")
WORD = LETTER | _DIGIT | table_of("_")
