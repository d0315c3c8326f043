"""A text as the set of its word triples, hashed: what similarity is measured on.

Case, punctuation, spacing and the numbers of placeholders do not count, so `[ORDER_1] is late!`
and `[order_7] Is late` are the same text. Scripts without spaces count by the character.
A text of fewer than three words is one shingle.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

WORDS = 3
_PLACEHOLDER_NUMBER = r"_[0-9]+\]"
_UNSPACED = r"([\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}])"
_BETWEEN_WORDS = r"[^\p{L}\p{M}\p{N} ]+"
_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)

Hashes = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Shingles:
    """`hashes[offsets[i]:offsets[i + 1]]` are the shingles of text i, in the text's order."""

    hashes: Hashes
    offsets: Rows

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def sizes(self) -> Rows:
        """How many shingles each text has; repeats count."""
        return np.diff(self.offsets)

    def take(self, rows: Rows) -> "Shingles":
        """The texts `rows`, in that order."""
        sizes = self.sizes[rows]
        offsets = np.concatenate([[0], np.cumsum(sizes)])
        where = np.repeat(self.offsets[rows] - offsets[:-1], sizes) + np.arange(offsets[-1])
        return Shingles(self.hashes[where], offsets)

    def whole(self) -> Hashes:
        """One number per text, equal for texts with equal shingles in equal order."""
        place = np.arange(len(self.hashes), dtype=np.uint64)
        place -= np.repeat(self.offsets[:-1], self.sizes).astype(np.uint64)
        with np.errstate(over="ignore"):
            mixed = (self.hashes ^ (self.hashes >> np.uint64(31))) * (place * _MIX[0] + _MIX[1])
            mixed ^= mixed >> np.uint64(29)
        return np.add.reduceat(mixed, self.offsets[:-1]) if len(self) else mixed


def shingle(texts: pl.Series) -> Shingles:
    """The shingles of each text; null counts as the empty text."""
    if texts.is_empty():
        return Shingles(np.empty(0, np.uint64), np.zeros(1, np.int64))
    words, sizes = word_hashes(texts)
    padded = np.maximum(sizes, WORDS)
    offsets = np.concatenate([[0], np.cumsum(padded)])
    hashed = np.zeros(offsets[-1], np.uint64)
    hashed[np.arange(len(words)) + np.repeat(offsets[:-1] - (np.cumsum(sizes) - sizes), sizes)] = (
        words
    )
    last = len(hashed) - WORDS + 1
    triples = np.zeros(last, np.uint64)
    for place, factor in enumerate(_MIX):
        triples += hashed[place : last + place] * factor
    triples ^= triples >> np.uint64(32)
    # the last two words of a text begin no triple
    begins = np.ones(len(hashed), bool)
    for back in range(1, WORDS):
        begins[offsets[1:] - back] = False
    return Shingles(triples[begins[:last]], np.concatenate([[0], np.cumsum(padded - WORDS + 1)]))


def word_hashes(texts: pl.Series) -> tuple[Hashes, Rows]:
    """The hash of every word of all texts, one text after the other, and each text's word count.

    The texts lie in Arrow as one run of bytes; the blanks in it are found by numpy, and words are
    that same run with a blank's place as each end. No list of words is ever made.
    """
    plain = texts.fill_null("").str.to_lowercase()
    plain = plain.str.replace_all(_PLACEHOLDER_NUMBER, "]").str.replace_all(_BETWEEN_WORDS, " ")
    if plain.str.len_bytes().sum() != plain.str.len_chars().sum():
        plain = plain.str.replace_all(_UNSPACED, " $1 ")
    arrow = (plain + " ").to_arrow(compat_level=pl.CompatLevel.oldest())
    _, bounds, data = arrow.buffers()
    ends_of_texts = np.frombuffer(bounds, np.int64)[: len(plain) + 1]
    ends = np.flatnonzero(np.frombuffer(data, np.uint8)[: ends_of_texts[-1]] == ord(" ")) + 1
    ends = np.concatenate([[0], ends])
    words = pa.LargeStringArray.from_buffers(len(ends) - 1, pa.py_buffer(ends), data)
    filled = np.diff(ends) > 1  # a blank alone is no word
    before = np.concatenate([[0], np.cumsum(filled)])[np.searchsorted(ends, ends_of_texts)]
    hashed = pl.Series(words).hash(0).to_numpy()
    return hashed[filled], np.diff(before)


def jaccard(texts: Shingles, left: Rows, right: Rows) -> npt.NDArray[np.float64]:
    """Exact Jaccard similarity of the shingle sets of each pair of rows.

    Pairs are compared a few thousand at a time, so that memory stays small however many there are.
    """
    result = np.empty(len(left))
    for start in range(0, len(left), _PAIRS):
        part = slice(start, start + _PAIRS)
        result[part] = _jaccard(texts, left[part], right[part])
    return result


_PAIRS = 1 << 14  # pairs that fit beside 49 bits of a hash in one number
_HASH_BITS = np.uint64(49)


def _jaccard(texts: Shingles, left: Rows, right: Rows) -> npt.NDArray[np.float64]:
    """The same for at most _PAIRS pairs: one sort of (pair, shingle, side) packed in 64 bits."""
    both = texts.take(np.concatenate([left, right]))
    pair = np.tile(np.arange(len(left), dtype=np.uint64), 2).repeat(both.sizes)
    packed = (pair << (_HASH_BITS + np.uint64(1))) | (
        both.hashes >> (np.uint64(64) - _HASH_BITS) << np.uint64(1)
    )
    packed[both.offsets[len(left)] :] |= np.uint64(1)
    packed.sort()
    packed = packed[np.concatenate([[True], packed[1:] != packed[:-1]])]  # sets have no repeats
    shared = packed[1:][packed[1:] >> np.uint64(1) == packed[:-1] >> np.uint64(1)]
    pairs = len(left)
    both_sides = _count(packed, pairs)
    shared_by_both = _count(shared, pairs)
    return shared_by_both / np.maximum(both_sides - shared_by_both, 1)


def _count(packed: Hashes, pairs: int) -> Rows:
    numbers = (packed >> (_HASH_BITS + np.uint64(1))).astype(np.int64)
    return np.bincount(numbers, minlength=pairs)
