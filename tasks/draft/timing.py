"""What an agent would wait for a draft: some tickets drafted alone, as serving drafts them."""

import time
from typing import TYPE_CHECKING, Any

from drafter.drafter import Drafter

if TYPE_CHECKING:
    import polars as pl


def time_alone(
    drafter: Drafter, tickets: "pl.DataFrame", drafts: "pl.DataFrame", sample: int
) -> dict[str, Any]:
    """Draft `sample` tickets one by one, guard and all; seconds, and how many came out the same.

    The tickets lie evenly between the shortest and the longest draft. Chunks that the table brings
    are taken off first, so that the wait holds the retrieval, and texts and reasons prove that
    serving writes and holds back what was evaluated. The first draft of a process is not counted:
    it warms up.
    """
    import numpy as np
    import polars as pl

    ordered = (
        tickets.drop("chunks", strict=False)
        .with_columns(
            pl.Series("expected", drafts["text"]),
            pl.Series("held_back", drafts["reason"]),
            length=drafts["tokens_out"],
        )
        .sort("length", "ticket_id")
    )
    places = np.unique(np.linspace(0, ordered.height - 1, sample).round().astype(int))
    seconds: list[float] = []
    same = 0
    added = ("expected", "held_back", "length")
    drafter.draft(ordered[:1].drop(added))
    for row in ordered[places.tolist()].iter_slices(1):
        ticket = row.drop(added)
        started = time.perf_counter()
        draft = drafter.draft(ticket)
        seconds.append(round(time.perf_counter() - started, 4))
        same += draft[0, "text"] == row[0, "expected"] and draft[0, "reason"] == row[0, "held_back"]
    return {
        "seconds_p50": round(float(np.quantile(seconds, 0.5)), 4),
        "seconds_p95": round(float(np.quantile(seconds, 0.95)), 4),
        "seconds": seconds,
        "same_text_alone": same,
    }
