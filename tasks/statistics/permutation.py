"""Paired permutation tests: p-values from flipping signs (Fisher 1935; Pitman 1937).

Were two candidates alike, it would be chance which of them a cluster's differences favour, all of
them together, so every pattern of signs would be as likely as the one found. That is
scipy.stats.permutation_test with permutation_type="samples". scipy takes 1.3 s for a test of 367
clusters and 9,999 permutations; here all tests share their permutations, which makes them one
matrix product: 36 such tests take 0.3 s.
tests/test_statistics.py holds the two against each other.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from tasks.statistics.clusters import Clustered

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

BLOCK = 512


def p_values(
    columns: Clustered,
    permutations: int,
    seed: int,
    alternative: Literal["two-sided", "greater"],
) -> list[float | None]:
    """For each column: how likely is a mean as far from 0, were 0 the middle?

    `greater` asks for a mean as far above 0. A column without a number gives None. Where there are
    no more patterns of signs than `permutations`, all are gone through, and p is exact.
    """
    import numpy as np

    flipped = columns.sums
    found = flipped.sum(axis=0)
    # sums that are equal but for the order of adding
    tie = 1e-10 * np.abs(flipped).sum(axis=0)
    two_sided = alternative == "two-sided"
    bar = np.abs(found) - tie if two_sided else found - tie
    as_far = np.zeros(len(found))
    patterns = 0
    for signs in _signs(len(flipped), permutations, seed):
        sums = signs @ flipped
        as_far += ((np.abs(sums) if two_sided else sums) >= bar).sum(axis=0)
        patterns += len(signs)
    exact = _all_fit(len(flipped), permutations)
    # of drawn patterns the found one is another, or p could be 0 (Phipson and Smyth 2010)
    p = as_far / patterns if exact else (as_far + 1) / (patterns + 1)
    return [float(p[test]) if n else None for test, n in enumerate(columns.tickets)]


def _all_fit(clusters: int, permutations: int) -> bool:
    return clusters < 64 and 2**clusters <= permutations


def _signs(clusters: int, permutations: int, seed: int) -> "Iterator[Floats]":
    """Blocks of sign patterns, (patterns, clusters) each; the same ones for one seed."""
    import numpy as np

    if _all_fit(clusters, permutations):
        bits = np.arange(2**clusters)[:, None] >> np.arange(clusters) & 1
        yield 1.0 - 2.0 * bits.astype(np.float64)
        return
    draw = np.random.default_rng(seed)
    for start in range(0, permutations, BLOCK):
        rows = min(BLOCK, permutations - start)
        bits = draw.integers(0, 2, (rows, clusters), dtype=np.int8)
        yield 1.0 - 2.0 * bits.astype(np.float64)
