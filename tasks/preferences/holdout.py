"""No pair comes from the holdout: looked up again, whatever curation promises."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from drafter.errors import LeakFound
from tasks.preferences.candidate import Candidate

if TYPE_CHECKING:
    import polars as pl

# What of a ticket may not lie on both sides of the cut.
SHARED = ("group", "ticket_id", "thread_id", "customer")


def refuse_holdout(candidates: Iterable[Candidate], holdout: "pl.DataFrame") -> None:
    """Raise LeakFound where a candidate shares any of SHARED with a ticket of the holdout."""
    held = {column: set(holdout[column].drop_nulls()) for column in SHARED}
    for candidate in candidates:
        for column in SHARED:
            if candidate.ticket[column] in held[column]:
                raise LeakFound(
                    f"pair {candidate.pair_id} has the {column} {candidate.ticket[column]} of a "
                    "holdout ticket, so a model would be trained on what it is tested with: run "
                    "`dvc repro --force curate` and all after it, and look at reports/curation.json"
                )
