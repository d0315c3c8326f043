"""Acceptance by a fixed panel: from verdicts to means and paired differences."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.loop.params import Params
from tasks.statistics.clusters import clustered
from tasks.statistics.intervals import mean_intervals

Verdict = Mapping[str, str]
"""version, ticket_id, agent, kind, accepted: a row of verdicts.csv."""


def acceptance(verdicts: Sequence[Verdict], params: Params) -> dict[str, Any]:
    """How many of the panel would have sent each version's draft as it is, 0 to 1.

    {"versions": {version: cell}, "differences": {version: cell against the first},
     "kinds": {version: {kind of agent: mean}}}

    Every agent judges every letter, so a ticket's value is a mean over the same agents for all
    versions, and intervals resample tickets (BCa). Agents are not resampled: the panel is fixed.
    """
    import numpy as np

    versions = list(dict.fromkeys(row["version"] for row in verdicts))
    tickets = sorted({row["ticket_id"] for row in verdicts})
    shares = {version: dict.fromkeys(tickets, 0.0) for version in versions}
    asked = len({row["agent"] for row in verdicts})
    for row in verdicts:
        shares[row["version"]][row["ticket_id"]] += int(row["accepted"]) / asked
    table = np.array([[shares[v][ticket] for v in versions] for ticket in tickets])
    compared = np.hstack([table, table - table[:, :1]])
    how = params.evaluate
    by_ticket = clustered(compared, tickets)
    cells = mean_intervals(by_ticket, how.resamples, how.confidence, params.seed)
    kinds = list(dict.fromkeys(row["kind"] for row in verdicts))
    return {
        "versions": dict(zip(versions, cells[: len(versions)], strict=True)),
        "differences": dict(zip(versions[1:], cells[len(versions) + 1 :], strict=True)),
        "kinds": {
            version: {kind: _of(verdicts, version, kind) for kind in kinds} for version in versions
        },
    }


def _of(verdicts: Sequence[Verdict], version: str, kind: str) -> float:
    own = [int(row["accepted"]) for row in verdicts
           if row["version"] == version and row["kind"] == kind]  # fmt: skip
    return round(sum(own) / len(own), 4)
