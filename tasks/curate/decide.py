"""What only the whole of the tickets can say: numbers for people, duplicates, macros, splits.

The table that runs through here holds keys and cluster numbers, never text: 200 bytes a ticket.

    row  ticket_id  created_at  customer  ...  question  reply  question_text  reply_text  reason
    0    T-118      2026-03-02  C-000017       41        7      1183...        9921...     null

`question` and `reply` are clusters of near duplicates, `question_text` and `reply_text` hashes that
are equal for texts with the same words. A step fills `reason` where it drops a row and never
empties it; rows that have one take no part in the steps that follow.
"""

import polars as pl

from tasks.curate.near import clusters
from tasks.curate.params import CurateParams
from tasks.curate.reasons import ALIVE, with_reasons
from tasks.curate.shingles import Shingles
from tasks.curate.splits import split

TIME = ("created_at", "ticket_id")


def decide(facts: pl.DataFrame, params: CurateParams, seed: int) -> pl.DataFrame:
    """Give each row of FACTS with its clusters a `reason`, or a `split`, `group` and `is_macro`.

    Comes back in the order of `row`; `customer` and `agent` are numbers.
    """
    table = number_people(facts.sort(TIME, nulls_last=True))
    table = drop_duplicates(table)
    table = mark_macros(table, params.macro_customers)
    return split(table, params, seed).sort("row")


def with_clusters(
    facts: pl.DataFrame, column: str, texts: Shingles, similarity: float
) -> pl.DataFrame:
    """Add the cluster of each row's text as `column`, and the text's hash as `column`_text."""
    return facts.with_columns(
        pl.Series(column, clusters(texts, similarity)), pl.Series(f"{column}_text", texts.whole())
    )


def number_people(table: pl.DataFrame) -> pl.DataFrame:
    """Customers become C-000001, agents A-01, by first appearance in time.

    A number says nothing about the person, and stays when newer tickets are appended.
    """
    for column, form, width in (("customer", "C-{}", 6), ("agent", "A-{}", 2)):
        known = table.select(column).drop_nulls().unique(maintain_order=True)
        numbers = known.with_row_index("number", 1).with_columns(
            number=pl.format(form, pl.col("number").cast(pl.String).str.zfill(width))
        )
        table = (
            table.join(numbers, on=column, how="left", maintain_order="left")
            .drop(column)
            .rename({"number": column})
        )
    return table


def drop_duplicates(table: pl.DataFrame) -> pl.DataFrame:
    """Drop a ticket that says again what an older one says: message, reply and its figures.

    The same question with another answer is no duplicate, nor is the same answer with other
    figures: a policy may have changed in between.
    """
    repeats = ["question", "reply", "figures"]
    older = pl.col("ticket_id").first().over(repeats)
    same_text = (pl.col("question_text") == pl.col("question_text").first().over(repeats)) & (
        pl.col("reply_text") == pl.col("reply_text").first().over(repeats)
    )
    alive = table.filter(ALIVE).select(
        "row",
        why=pl.when(pl.int_range(pl.len()).over(repeats) > 0).then(
            pl.when(same_text)
            .then(pl.format("duplicate of {}", older))
            .otherwise(pl.format("near_duplicate of {}", older))
        ),
    )
    return with_reasons(table, alive)


def mark_macros(table: pl.DataFrame, customers: int) -> pl.DataFrame:
    """`is_macro` where the reply went nearly word for word to at least so many customers."""
    reached = table.filter(ALIVE).group_by("reply").agg(reached=pl.col("customer").n_unique())
    return (
        table.join(reached, on="reply", how="left", maintain_order="left")
        .with_columns(is_macro=pl.col("reached").fill_null(0) >= customers)
        .drop("reached")
    )
