"""What an agent would wait for a draft: some tickets drafted alone, as serving drafts them."""

import time
from typing import TYPE_CHECKING, Any

from drafter.drafter import Drafter

if TYPE_CHECKING:
    import polars as pl


def time_alone(
    drafter: Drafter, tickets: "pl.DataFrame", drafts: "pl.DataFrame", sample: int
) -> dict[str, Any]:
    """Draft `sample` tickets one by one, retrieval and all; seconds, and whether texts were equal.

    The tickets lie evenly between the shortest and the longest draft. Chunks that the table brings
    are taken off first, so that the wait holds the retrieval and the texts prove that serving
    writes what was evaluated. The first draft of a process is not counted: it warms up.
    """
    import numpy as np
    import polars as pl

    ordered = (
        tickets.drop("chunks", strict=False)
        .with_columns(pl.Series("expected", drafts["text"]), length=drafts["tokens_out"])
        .sort("length", "ticket_id")
    )
    places = np.unique(np.linspace(0, ordered.height - 1, sample).round().astype(int))
    seconds: list[float] = []
    same = 0
    drafter.draft(ordered[:1].drop("expected", "length"))
    for row in ordered[places.tolist()].iter_slices(1):
        ticket = row.drop("expected", "length")
        started = time.perf_counter()
        draft = drafter.draft(ticket)
        seconds.append(round(time.perf_counter() - started, 4))
        same += draft[0, "text"] == row[0, "expected"]
    return {
        "seconds_p50": round(float(np.quantile(seconds, 0.5)), 4),
        "seconds_p95": round(float(np.quantile(seconds, 0.95)), 4),
        "seconds": seconds,
        "same_text_alone": same,
    }
