"""What an agent would wait for a draft: some tickets drafted alone, as serving drafts them."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from drafter.drafter import Drafter
from drafter.draw import share_of

if TYPE_CHECKING:
    import polars as pl


def time_alone(
    drafter: Drafter, tickets: "pl.DataFrame", drafts: "pl.DataFrame", sample: int
) -> dict[str, Any]:
    """Draft `sample` tickets one by one, guard and all; seconds, and how many came out the same.

    The tickets are drawn by the hashes of their ids, so that every candidate is timed on the same
    ones and their waits can be compared ticket by ticket. Chunks that the table brings are taken
    off first, so that the wait holds the retrieval, and texts and reasons prove that serving writes
    and holds back what was evaluated. The first draft of a process is not counted: it warms up.
    """
    import numpy as np
    import polars as pl

    expected = tickets.drop("chunks", strict=False).with_columns(
        pl.Series("expected", drafts["text"]), pl.Series("held_back", drafts["reason"])
    )
    drawn = expected[drawn_by_hash(tickets["ticket_id"].to_list(), sample)]
    seconds: list[float] = []
    same = 0
    added = ("expected", "held_back")
    drafter.draft(drawn[:1].drop(added))
    for row in drawn.iter_slices(1):
        ticket = row.drop(added)
        started = time.perf_counter()
        draft = drafter.draft(ticket)
        seconds.append(round(time.perf_counter() - started, 4))
        same += draft[0, "text"] == row[0, "expected"] and draft[0, "reason"] == row[0, "held_back"]
    return {
        "seconds_p50": round(float(np.quantile(seconds, 0.5)), 4),
        "seconds_p95": round(float(np.quantile(seconds, 0.95)), 4),
        "ticket_ids": drawn["ticket_id"].to_list(),
        "seconds": seconds,
        "same_text_alone": same,
    }


def drawn_by_hash(ticket_ids: Sequence[str], sample: int) -> list[int]:
    """The places of the `sample` tickets whose ids have the lowest hashes, lowest first."""
    return sorted(range(len(ticket_ids)), key=lambda place: share_of(ticket_ids[place]))[:sample]
