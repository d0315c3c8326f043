"""Splits that cannot leak: the newest tickets are held out, and nothing lies on both sides.

1. The cut. The holdout is everything from one moment on, so it is strictly the newest; but for
   replies that were made of our own desk's drafts. They would judge a candidate by its own words
   (an accepted draft agrees with itself entirely), and, being the newest of all, no draft would
   ever teach anything. They count as before the cut whatever their date, so that training can see
   tickets that are newer than the holdout's, of other customers and other questions.
2. Macros. An agent's saved reply would fill the training set with copies of itself; before the cut
   only the newest `macro_copies` of each stay. The holdout keeps its macros, since they are part of
   the work, marked, so that the scorecard can be read without them.
3. Straddlers. A customer, thread or cluster of near-duplicate questions with tickets on both sides
   of the cut loses those on one side (`straddlers: newer` costs holdout, `older` costs training).
4. Groups. Before the cut, whatever shares a customer, a thread or a cluster is one group, and a
   hash of the group's oldest ticket decides between train and val: newer tickets move no group.
"""

from datetime import UTC, datetime
from hashlib import blake2b

import numpy as np
import polars as pl

from tasks.curate.params import CurateParams
from tasks.curate.reasons import ALIVE, with_reasons

# What may not lie in two splits, and how a reason calls it.
SHARED = {"customer": "customer", "thread_id": "thread", "question": "question"}


def split(table: pl.DataFrame, params: CurateParams, seed: int) -> pl.DataFrame:
    """Add `split` and `group` to a table in order of time; drop macro copies and straddlers."""
    newer = pl.col("created_at") >= cut(table, params)
    table = table.with_columns(newer=newer & ~pl.col("from_draft"))
    table = cap_macros(table, params.macro_copies)
    table = drop_straddlers(table, params.straddlers)
    table = with_groups(table)
    val = [
        name for name in table["group"].drop_nulls().unique() if draw(name, seed) < params.val_share
    ]
    return table.with_columns(
        split=pl.when(~ALIVE)
        .then(None)
        .when("newer")
        .then(pl.lit("holdout"))
        .when(pl.col("group").is_in(val))
        .then(pl.lit("val"))
        .otherwise(pl.lit("train"))
    ).drop("newer")


def cut(table: pl.DataFrame, params: CurateParams) -> datetime:
    """The moment from which on tickets are held out; far away where none can be."""
    if params.holdout_from is not None:
        day = params.holdout_from
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    times = table.filter(ALIVE & ~pl.col("from_draft"))["created_at"]
    if times.is_empty():
        return datetime.max.replace(tzinfo=UTC)
    moment: datetime = times[len(times) - max(1, round(len(times) * params.holdout_share))]
    return moment


def cap_macros(table: pl.DataFrame, copies: int) -> pl.DataFrame:
    """Before the cut, keep the newest `copies` tickets of each macro."""
    older = table.filter(ALIVE & pl.col("is_macro") & ~pl.col("newer"))
    age = pl.int_range(pl.len()).reverse().over("reply")
    newest = pl.col("ticket_id").last().over("reply")
    why = pl.when(age >= copies).then(pl.format("macro_copy of {}", newest))
    return with_reasons(table, older.select("row", why=why))


def drop_straddlers(table: pl.DataFrame, side: str) -> pl.DataFrame:
    """Drop the tickets of one side that share something with the other side."""
    for column, name in SHARED.items():
        alive = table.filter(ALIVE & pl.col(column).is_not_null())
        leaving = alive.filter(pl.col("newer") == (side == "newer"))
        staying = alive.filter(pl.col("newer") != (side == "newer"))
        other = staying.group_by(column, maintain_order=True).agg(other=pl.col("ticket_id").first())
        why = pl.format(f"same_{name} as {{}}, on the other side of the cut", "other")
        table = with_reasons(table, leaving.join(other, on=column).select("row", why=why))
    return table


def with_groups(table: pl.DataFrame) -> pl.DataFrame:
    """Add `group`: "G-" and the oldest ticket that a chain of shared things leads to."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    alive = table.filter(ALIVE)
    size = len(alive)
    places = pl.int_range(pl.len())
    links = [
        # each ticket is tied to the oldest one with which it shares this
        alive.with_columns(place=places)
        .filter(pl.col(column).is_not_null())
        .select("place", first=pl.col("place").first().over(column))
        .to_numpy()
        for column in SHARED
    ]
    ends = np.concatenate(links) if size else np.empty((0, 2), np.int64)
    graph = coo_array((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), shape=(size, size))
    label = connected_components(graph, directed=False)[1] if size else np.empty(0, np.int32)
    groups = alive.select("row", "ticket_id", label=pl.Series(label)).select(
        "row", group=pl.format("G-{}", pl.col("ticket_id").first().over("label"))
    )
    return table.join(groups, on="row", how="left", maintain_order="left")


def draw(group: str, seed: int) -> float:
    """A number from 0 to 1 that depends on the group and the seed alone."""
    digest = blake2b(f"{seed}:{group}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
