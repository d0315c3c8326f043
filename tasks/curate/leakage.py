"""The leakage certificate: what two splits share, measured on the finished splits.

Nothing here trusts how the splits were made: customers and threads are compared again, and each val
and holdout question is compared again with the older splits' questions. MinHash bands proposes the
pairs, wide enough to find 99 % of pairs of similarity 0.6 and 87 % of those of 0.5; the similarity
that is reported is the exact Jaccard similarity of the most similar pair.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from drafter.errors import LeakFound
from tasks.curate.near import (
    NEIGHBOURS,
    Bands,
    Signatures,
    band_key,
    estimate_between,
    flagged,
    margin,
    sign,
)
from tasks.curate.shingles import Shingles, jaccard
from tasks.curate.words import Rows

BANDS = Bands(bands=32, rows=4)
SEED = 2  # other permutations than those that made the clusters
RANK = {"train": 0, "val": 1, "holdout": 2}


@dataclass(frozen=True)
class Leakage:
    """What val and holdout share with train, and holdout with val."""

    max_similarity: float
    between: tuple[str, str] | None
    shared_customers: list[str]
    shared_threads: list[str]
    pairs_checked: int


def measure(table: pl.DataFrame, questions: Shingles) -> Leakage:
    """Compare splits. `table` has ticket_id, thread_id, customer and split, a row per question."""
    ranks = table["split"].replace_strict(RANK, return_dtype=pl.Int8).to_numpy()
    best, between, checked = 0.0, None, 0
    rows = flagged(questions, BANDS, SEED)  # all others share no band with anything
    signatures = sign(questions.take(rows), BANDS, SEED)
    for rank in (RANK["val"], RANK["holdout"]):
        newer, older = np.flatnonzero(ranks[rows] == rank), np.flatnonzero(ranks[rows] < rank)
        left, right = candidates_between(signatures[newer], signatures[older])
        checked += len(left)
        if not len(left):
            continue
        left, right = newer[left], older[right]
        told = estimate_between(signatures, left, right)
        likely = told >= told.max() - 2 * margin(BANDS)  # the true maximum is among these
        left, right = rows[left[likely]], rows[right[likely]]
        exact = jaccard(questions, left, right)
        top = int(exact.argmax())
        if exact[top] > best:
            best = float(exact[top])
            between = (table["ticket_id"][int(left[top])], table["ticket_id"][int(right[top])])
    return Leakage(best, between, shared(table, "customer"), shared(table, "thread_id"), checked)


def candidates_between(newer: Signatures, older: Signatures) -> tuple[Rows, Rows]:
    """Pairs (row of `newer`, row of `older`) that share a band, each once.

    Of a band that very many older texts share, each newer one meets NEIGHBOURS.
    """
    found = np.empty(0, np.uint64)
    for start in range(0, BANDS.permutations, BANDS.rows):
        keys = band_key(older[:, start : start + BANDS.rows])
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        mine = band_key(newer[:, start : start + BANDS.rows])
        first = np.searchsorted(keys, mine, "left")
        count = np.minimum(np.searchsorted(keys, mine, "right") - first, NEIGHBOURS)
        left = np.repeat(np.arange(len(newer)), count)
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        right = order[np.repeat(first, count) + within]
        pairs = left.astype(np.uint64) << np.uint64(32) | right.astype(np.uint64)
        found = np.unique(np.concatenate([found, pairs]))
    return (found >> np.uint64(32)).astype(np.int64), (found & np.uint64(2**32 - 1)).astype(
        np.int64
    )


def shared(table: pl.DataFrame, column: str) -> list[str]:
    """The values of `column` that stand in more than one split."""
    splits = table.drop_nulls(column).group_by(column).agg(splits=pl.col("split").n_unique())
    return splits.filter(pl.col("splits") > 1)[column].sort().to_list()


def refuse(leakage: Leakage, limit: float) -> None:
    """Raise LeakFound where splits share a customer or a thread, or questions are too similar."""
    for what, values in (
        ("customer", leakage.shared_customers),
        ("thread", leakage.shared_threads),
    ):
        if values:
            raise LeakFound(
                f"{len(values)} {what}s stand in two splits, the first is {values[0]}: "
                "this is a fault of the splitting, please report it"
            )
    if leakage.max_similarity > limit and leakage.between is not None:
        newer, older = leakage.between
        raise LeakFound(
            f"the questions of {newer} and {older}, in two splits, are "
            f"{leakage.max_similarity:.3f} similar, more than {limit} "
            "(params.yaml curate.leak_limit): lower "
            "curate.similarity, so that such questions stay in one split"
        )
