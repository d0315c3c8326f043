"""What an agent would wait for a hosted draft: the answer, and the retrieval before it."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.hosted.answer import Answer

if TYPE_CHECKING:
    import polars as pl

TIMED = 20


def timings(answers: Sequence[Answer], retrieval: float) -> dict[str, Any]:
    """Seconds of every answer that was asked for by itself, whenever that was, plus `retrieval`.

    A batch tells nothing of a wait: `seconds` is empty then, and so are its quantiles.
    """
    import numpy as np

    seconds = [round(answer.seconds + retrieval, 4) for answer in answers if answer.seconds]

    def quantile(share: float) -> float | None:
        return round(float(np.quantile(seconds, share)), 4) if seconds else None

    return {
        "seconds_p50": quantile(0.5),
        "seconds_p95": quantile(0.95),
        "seconds": seconds,
        "retrieval_seconds": round(retrieval, 4),
    }


def seconds_of_retrieval(tickets: "pl.DataFrame", index: Path, chunks: int) -> float:
    """The median over some tickets, each looked up by itself as serving does it."""
    import numpy as np

    from drafter.clean import query_text
    from drafter.index_files import open_index

    opened = open_index(index)
    rows = tickets.head(TIMED).to_dicts()
    opened.search([query_text(rows[0])], [rows[0]["created_at"]], chunks)  # warms up
    seconds = []
    for row in rows:
        started = time.perf_counter()
        opened.search([query_text(row)], [row["created_at"]], chunks)
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds))
