"""Near duplicates: MinHash by rensa proposes pairs, exact Jaccard similarity decides.

Broder 1997 (MinHash), Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", ch. 3 (bands).
Two texts of similarity s share at least one of b bands of r rows with probability
1 - (1 - s^r)^b; `Bands.for_similarity` takes the longest bands that miss fewer than one pair in
two hundred at the threshold itself, and far fewer above it.
"""

from array import array
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.curate.shingles import Shingles, jaccard
from tasks.curate.words import Rows

PERMUTATIONS = 128
RECALL = 0.995
# In a band that more texts share than this, each is compared with the next so many of them only;
# a large cluster then hangs together as a chain, and its cost grows with its size, not its square.
NEIGHBOURS = 100
_PAIRS_IN_MEMORY = 10_000_000  # counted with repeats, before they are folded
# Signatures that pass through Python at a time: fewer lists than wake its garbage collector (700).
_BATCH = 500

Signatures = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Bands:
    """How a signature is cut: `bands` bands of `rows` rows each."""

    bands: int
    rows: int

    @property
    def permutations(self) -> int:
        return self.bands * self.rows

    @classmethod
    def for_similarity(cls, similarity: float) -> "Bands":
        """The longest bands that find a pair of this similarity with probability RECALL."""
        for rows in range(16, 1, -1):
            bands = PERMUTATIONS // rows
            if 1 - (1 - similarity**rows) ** bands >= RECALL:
                return cls(bands, rows)
        return cls(PERMUTATIONS, 1)


@dataclass(frozen=True)
class Pairs:
    """Rows `left` < `right` with their exact similarity, sorted by row."""

    left: Rows
    right: Rows
    similarity: npt.NDArray[np.float64]


def near_pairs(texts: Shingles, similarity: float, seed: int = 1) -> Pairs:
    """The pairs of texts whose Jaccard similarity is at least `similarity`."""
    bands = Bands.for_similarity(similarity)
    rows = flagged(texts, bands, seed)
    signatures = sign(texts.take(rows), bands, seed)
    left, right = candidates(signatures, bands)
    likely = estimate_between(signatures, left, right) >= similarity - margin(bands)
    left, right = rows[left[likely]], rows[right[likely]]
    exact = jaccard(texts, left, right)
    near = exact >= similarity
    return Pairs(left[near], right[near], exact[near])


def clusters(texts: Shingles, similarity: float) -> Rows:
    """A number per text, equal for texts that a chain of near duplicates connects."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    _, first, which = np.unique(texts.whole(), return_index=True, return_inverse=True)
    pairs = near_pairs(texts.take(first), similarity)
    links = (np.ones(len(pairs.left), np.int8), (pairs.left, pairs.right))
    _, label = connected_components(coo_array(links, shape=(len(first), len(first))), False)
    return np.asarray(label, np.int64)[which]


def flagged(texts: Shingles, bands: Bands, seed: int) -> Rows:
    """The texts that share a band with another: rensa says so without handing out signatures."""
    if not len(texts):
        return np.empty(0, np.int64)
    from rensa import RMinHashLSH

    index = RMinHashLSH(0.5, bands.permutations, bands.bands)  # bands given, its threshold is idle
    flags = index.query_duplicate_flags_matrix_one_shot(_matrix(texts, bands, seed))
    return np.flatnonzero(np.array(flags, bool))


def sign(texts: Shingles, bands: Bands, seed: int) -> Signatures:
    """MinHash signatures, shape (texts, permutations)."""
    signatures = np.empty((len(texts), bands.permutations), np.uint32)
    for start in range(0, len(texts), _BATCH):
        rows = np.arange(start, min(start + _BATCH, len(texts)))
        numbers = array("I")  # takes a list of numbers in three times as fast as numpy
        for row in _matrix(texts.take(rows), bands, seed).to_rows():
            numbers.fromlist(row)
        signatures[rows] = np.frombuffer(numbers, np.uint32).reshape(len(rows), -1)
    return signatures


def _matrix(texts: Shingles, bands: Bands, seed: int):  # type: ignore[no-untyped-def]
    from rensa import RMinHash

    return RMinHash.digest_matrix_from_flat_token_hashes(
        texts.hashes, texts.offsets.astype(np.uint64), bands.permutations, seed
    )


def candidates(signatures: Signatures, bands: Bands) -> tuple[Rows, Rows]:
    """Pairs of rows that share a band, each once, left < right."""
    found = np.empty(0, np.uint64)
    for start in range(0, bands.permutations, bands.rows):
        key = band_key(signatures[:, start : start + bands.rows])
        order = np.argsort(key, kind="stable").astype(np.uint64)  # within a band by row
        key = key[order]
        pairs = []
        for step in range(1, min(NEIGHBOURS + 1, len(key))):
            same = np.flatnonzero(key[step:] == key[:-step])
            if not len(same):
                break
            pairs.append(order[same] << np.uint64(32) | order[same + step])
        found = np.concatenate([found, *pairs])
        if len(found) > _PAIRS_IN_MEMORY:
            found = np.unique(found)
    found = np.unique(found)
    return (found >> np.uint64(32)).astype(np.int64), (found & np.uint64(2**32 - 1)).astype(
        np.int64
    )


def band_key(columns: Signatures) -> npt.NDArray[np.uint64]:
    """One hash per row of a few signature columns."""
    key = np.zeros(len(columns), np.uint64)
    for column in columns.T:
        key = (key ^ column) * np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(29)
    return key


def estimate_between(signatures: Signatures, left: Rows, right: Rows) -> npt.NDArray[np.float64]:
    """Similarity of pairs as their signatures tell it."""
    result = np.empty(len(left))
    for start in range(0, len(left), 100_000):
        part = slice(start, start + 100_000)
        result[part] = (signatures[left[part]] == signatures[right[part]]).mean(axis=1)
    return result


def margin(bands: Bands) -> float:
    """How far an estimate may lie below the truth: three standard deviations at their widest."""
    return float(3 * np.sqrt(0.25 / bands.permutations))
