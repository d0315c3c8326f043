"""A text as the set of its word triples, hashed: what similarity is measured on.

Case, punctuation, spacing and the numbers of placeholders do not count, so `[ORDER_1] is late!`
and `[order_7] Is late` are the same text. Scripts without spaces count by the character.
A text of fewer than three words is one shingle.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.curate.words import Hashes, Rows, plain_unicode, word_hashes

WORDS = 3
_BYTES = 1 << 19  # of text at a time
_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)


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
        where = np.repeat(self.offsets[rows] - offsets[:-1], sizes)
        where += np.arange(offsets[-1])
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
    """The shingles of each text; null counts as the empty text.

    Half a megabyte at a time: what lies between text and shingles then stays in the cache.
    """
    if texts.is_empty():
        return Shingles(np.empty(0, np.uint64), np.zeros(1, np.int64))
    texts = plain_unicode(texts)
    step = 1 + len(texts) * _BYTES // (int(texts.str.len_bytes().sum()) + 1)
    parts = [_shingle(texts.slice(start, step)) for start in range(0, len(texts), step)]
    sizes = np.concatenate([part.sizes for part in parts])
    hashes = np.concatenate([part.hashes for part in parts])
    return Shingles(hashes, np.concatenate([[0], np.cumsum(sizes)]))


def _shingle(texts: pl.Series) -> Shingles:
    words, sizes = word_hashes(texts)
    padded = np.maximum(sizes, WORDS)
    hashed = np.insert(words, np.repeat(np.cumsum(sizes), padded - sizes), 0)
    triples = np.zeros(len(hashed) - WORDS + 1, np.uint64)
    for place, factor in enumerate(_MIX):
        triples += hashed[place : len(triples) + place] * factor
    triples ^= triples >> np.uint64(32)
    # the last two words of a text begin no triple
    begins = np.ones(len(hashed), bool)
    ends = np.cumsum(padded)
    for back in range(1, WORDS):
        begins[ends - back] = False
    return Shingles(
        triples[begins[: len(triples)]], np.concatenate([[0], np.cumsum(padded - WORDS + 1)])
    )


def jaccard(texts: Shingles, left: Rows, right: Rows) -> npt.NDArray[np.float64]:
    """Exact Jaccard similarity of the shingle sets of each pair of rows.

    Pairs are compared 512 at a time: what is sorted stays in the cache however many there are.
    """
    result = np.empty(len(left))
    for start in range(0, len(left), _PAIRS):
        part = slice(start, start + _PAIRS)
        result[part] = _jaccard(texts, left[part], right[part])
    return result


_PAIRS = 1 << 9  # pairs that fit beside 54 bits of a hash in one number
_HASH_BITS = np.uint64(54)
_SIDE_BIT = np.uint64(1)


def _jaccard(texts: Shingles, left: Rows, right: Rows) -> npt.NDArray[np.float64]:
    """The same for at most _PAIRS pairs: one sort of (pair, shingle, side) packed in 64 bits."""
    both = texts.take(np.concatenate([left, right]))
    begins = np.arange(len(left), dtype=np.uint64) << (_HASH_BITS + _SIDE_BIT)
    packed = both.hashes >> (np.uint64(64) - _HASH_BITS) << _SIDE_BIT
    packed |= np.tile(begins, 2).repeat(both.sizes)
    packed[both.offsets[len(left)] :] |= np.uint64(1)
    packed.sort()
    packed = packed[np.concatenate([[True], packed[1:] != packed[:-1]])]  # sets have no repeats
    sideless = packed >> _SIDE_BIT
    shared = packed[1:][sideless[1:] == sideless[:-1]]
    both_sides = np.diff(np.searchsorted(packed, begins), append=len(packed))
    shared_by_both = np.diff(np.searchsorted(shared, begins), append=len(shared))
    return shared_by_both / np.maximum(both_sides - shared_by_both, 1)
