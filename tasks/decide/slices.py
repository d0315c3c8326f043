"""Parts of the holdout that may tell another story than the whole."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from tasks.decide.compare import means
from tasks.decide.measured import Measured
from tasks.decide.params import DecideParams

if TYPE_CHECKING:
    import polars as pl


def sliced(
    measured: Measured, labels: "pl.DataFrame", params: DecideParams, seed: int
) -> dict[str, dict[str, Any]]:
    """{kind: {value: {n, small, candidates}}}; `labels` has a row a ticket, in `measured`'s order.

    A kind that has one value alone is left out.
    """
    import numpy as np

    found: dict[str, dict[str, Any]] = {}
    for kind in params.slices:
        values = _largest(labels[kind].to_list(), params.largest_slices)
        if len(set(values)) < 2:
            continue
        found[kind] = {}
        for value, n in sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])):
            members = np.array([other == value for other in values])
            found[kind][value] = {
                "n": n,
                "small": n < params.small_slice,
                "candidates": means(measured.among(members), params, seed),
            }
    return found


def labelled(tickets: "pl.DataFrame", scores: "pl.DataFrame") -> "pl.DataFrame":
    """A row a ticket, by ticket_id, with the value of each kind of slice as text.

    `tickets` are CURATED rows; of `scores` one row a ticket is read, for what `evaluate` found out
    about the ticket itself. Length is that of the question, in thirds of the holdout.
    """
    import polars as pl

    about = scores.unique("ticket_id").select("ticket_id", "question_chars", "after_change")
    length = pl.col("question_chars")
    short, long = (about["question_chars"].quantile(third, "nearest") for third in (1 / 3, 2 / 3))
    return (
        tickets.join(about, on="ticket_id")
        .sort("ticket_id")
        .select(
            "ticket_id",
            *(pl.col(kind).fill_null("none") for kind in ("topic", "locale", "channel")),
            length=pl.when(length <= short)
            .then(pl.lit("short"))
            .when(length <= long)
            .then(pl.lit("medium"))
            .otherwise(pl.lit("long")),
            policy_change=pl.when("after_change").then(pl.lit("after")).otherwise(pl.lit("before")),
            macro=pl.when("is_macro").then(pl.lit("macro")).otherwise(pl.lit("not_macro")),
        )
    )


def _largest(values: list[str], most: int) -> list[str]:
    """The same with all but the `most` largest called `other`."""
    counts = Counter(values)
    kept = sorted(counts, key=lambda value: (-counts[value], value))[:most]
    return [value if value in kept else "other" for value in values]
