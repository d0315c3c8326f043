"""What was measured: for each dimension a table, a row a ticket and a column a candidate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drafter.errors import BadInput
from tasks.decide.params import Dimension, Name

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LESS_IS_BETTER = ("latency", "cost", "abstention")
# Scores that lie in 0 to 1.
BOUNDED = ("accuracy", "compliance", "tone", "reuse", "abstention")
# The column that comes from the timings and not from the scores.
TIMED = "seconds"


@dataclass(frozen=True)
class Measured:
    """`values[dimension]` is (tickets, candidates), NaN where there is no number.

    `groups` says of each ticket with which others it belongs together, and is no new evidence.
    """

    tickets: list[str]
    groups: list[str]
    candidates: list[str]
    values: "dict[str, Floats]"

    def of(self, candidate: str, dimension: str) -> "Floats":
        """One candidate's numbers, in the tickets' order."""
        return self.values[dimension][:, self.candidates.index(candidate)]

    def gain(self, candidate: str, over: str, dimension: str) -> "Floats":
        """Ticket by ticket how much better `candidate` is than `over`; less than 0 is worse."""
        gap = self.of(candidate, dimension) - self.of(over, dimension)
        return -gap if dimension in LESS_IS_BETTER else gap

    def among(self, members: "NDArray[np.bool_]") -> "Measured":
        """The same for some of the tickets."""
        tickets, groups = (
            [name for name, member in zip(names, members, strict=True) if member]
            for names in (self.tickets, self.groups)
        )
        values = {dimension: table[members] for dimension, table in self.values.items()}
        return Measured(tickets, groups, self.candidates, values)


def measure(
    scores: "pl.DataFrame",
    timings: Mapping[str, Mapping[str, Any]],
    dimensions: Mapping[Name, Dimension],
) -> Measured:
    """The candidates are those of `timings`. Raises BadInput where something is not there."""
    import numpy as np
    import polars as pl

    named = scores.unique("ticket_id").sort("ticket_id")
    tickets, groups = named["ticket_id"].to_list(), named["group"].to_list()
    columns: dict[str, list[Floats]] = {str(dimension): [] for dimension in dimensions}
    for candidate, timing in timings.items():
        rows = scores.filter(pl.col("candidate") == candidate).sort("ticket_id")
        if rows["ticket_id"].to_list() != tickets:
            raise BadInput(
                f"data/scores.parquet has {rows.height} drafts of candidate {candidate!r} for "
                f"{len(tickets)} tickets: run `dvc repro draft@{candidate} evaluate`"
            )
        for dimension, asked in dimensions.items():
            if asked.column == TIMED:
                columns[dimension].append(_seconds(timing, tickets, candidate))
            else:
                columns[dimension].append(_scores(rows, asked.column, dimension, candidate))
    values = {dimension: np.stack(found, axis=1) for dimension, found in columns.items()}
    return Measured(tickets, groups, list(timings), values)


def _scores(rows: "pl.DataFrame", column: str, dimension: str, candidate: str) -> "Floats":
    import polars as pl

    from drafter.records import FAILED

    if column not in rows.columns:
        raise BadInput(
            f"params.yaml decide.dimensions.{dimension}.column: data/scores.parquet has no "
            f"{column!r}; there are {', '.join(rows.columns[2:])}"
        )
    known = rows[column].cast(pl.Float64)
    if dimension == "abstention":
        # who asked for a draft and got none does not care why
        failed = rows["reason"].str.starts_with(FAILED).fill_null(False)
        known = known.set(failed, 1.0)
    odd = rows.filter(known.is_not_null() & ~known.is_finite())
    if odd.height:
        raise BadInput(
            f"data/scores.parquet: {column} of candidate {candidate!r} is "
            f"{odd[0, column]} for ticket {odd[0, 'ticket_id']!r} ({odd.height} in all): let the "
            "metric give None where it has nothing to say (tasks/evaluate/metrics.py), then run "
            "`dvc repro evaluate`"
        )
    return known.fill_null(float("nan")).to_numpy()


def _seconds(timing: Mapping[str, Any], tickets: Sequence[str], candidate: str) -> "Floats":
    import numpy as np

    if "ticket_ids" not in timing:
        raise BadInput(
            f"reports/timings/{candidate}.json does not say which tickets were timed: an older "
            f"version wrote it; run `dvc repro --force draft@{candidate}`"
        )
    taken = dict(zip(timing["ticket_ids"], timing["seconds"], strict=True))
    return np.array([taken.get(ticket, float("nan")) for ticket in tickets])
