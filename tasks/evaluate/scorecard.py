"""The scorecard: candidates x metrics, with intervals, and slices. Who is best, `decide` says."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from drafter.errors import BadInput
from tasks.evaluate.cases import Case
from tasks.evaluate.params import EvaluateParams
from tasks.statistics.clusters import clustered
from tasks.statistics.intervals import mean_intervals, quantile_interval

if TYPE_CHECKING:
    import polars as pl

# Columns of the scores beside quality; they come with the draft.
COUNTED = ("tokens_in", "tokens_out", "cost_usd", "abstained", "failed")


def scorecard(
    scores: "pl.DataFrame",
    cases: Sequence[Case],
    timings: Mapping[str, Mapping[str, Any]],
    params: EvaluateParams,
    quality: Sequence[str],
    seed: int,
) -> dict[str, Any]:
    """Everything that reports/scorecard.json says.

    `scores` has `ticket_id`, `group`, `candidate`, a column for each of `quality`, and those of
    COUNTED; every candidate has a row for each case.
    """
    names = list(timings)
    metrics = [*quality, *COUNTED]
    candidates = compare(scores, names, metrics, params, seed)
    group_of = {case.ticket_id: case.ticket["group"] for case in cases}
    for name in names:
        candidates[name] |= _seconds(timings[name], group_of, params, seed)
    slices = {}
    for label, members in slices_of(cases).items():
        part = scores.filter(scores["ticket_id"].is_in(members))
        slices[label] = {
            "n": len(members),
            "candidates": compare(part, names, list(quality), params, seed),
        }
    return {
        "tickets": len(cases),
        "intervals": (
            f"{params.confidence:.0%} BCa, bootstrap over customers with all their tickets, "
            f"{params.resamples} resamples; seconds: over the timed drafts"
        ),
        "candidates": candidates,
        "slices": slices,
        "violations": {name: rules_broken(scores, name) for name in names},
    }


def compare(
    scores: "pl.DataFrame",
    names: Sequence[str],
    metrics: Sequence[str],
    params: EvaluateParams,
    seed: int,
) -> dict[str, dict[str, Any]]:
    """{candidate: {metric: {mean, low, high, n}}}, all on the same resamples."""
    import numpy as np

    columns = [column(scores, name, metric) for name in names for metric in metrics]
    groups = scores.unique("ticket_id").sort("ticket_id")["group"].to_list()
    added = clustered(np.stack(columns, axis=1), groups)
    found = iter(mean_intervals(added, params.resamples, params.confidence, seed))
    return {name: {metric: next(found) for metric in metrics} for name in names}


def slices_of(cases: Sequence[Case]) -> dict[str, list[str]]:
    """Tickets apart by what may change the picture; a slice that holds all or none is left out."""
    parts = {
        "after_policy_change": [case.ticket_id for case in cases if case.after_change],
        "before_policy_change": [case.ticket_id for case in cases if not case.after_change],
        "macro": [case.ticket_id for case in cases if case.is_macro],
        "not_macro": [case.ticket_id for case in cases if not case.is_macro],
    }
    return {name: members for name, members in parts.items() if 0 < len(members) < len(cases)}


def rules_broken(scores: "pl.DataFrame", candidate: str) -> dict[str, int]:
    """{rule: how many of the candidate's drafts break it}, the most broken first."""
    import polars as pl

    own = scores.filter(pl.col("candidate") == candidate)
    counts = own.explode("violations").drop_nulls("violations")["violations"].value_counts()
    return dict(counts.sort("count", "violations", descending=[True, False]).iter_rows())


def column(scores: "pl.DataFrame", candidate: str, metric: str) -> Any:
    """One candidate's scores by ticket_id, NaN where it has none. Raises BadInput without rows."""
    import polars as pl

    rows = scores.filter(pl.col("candidate") == candidate).sort("ticket_id")
    if rows.is_empty():
        raise BadInput(f"no drafts of candidate {candidate!r}: run `dvc repro draft@{candidate}`")
    return rows[metric].cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _seconds(
    timing: Mapping[str, Any], group_of: Mapping[str, str], params: EvaluateParams, seed: int
) -> dict[str, Any]:
    import numpy as np

    values = np.asarray(timing["seconds"], dtype=float)
    if not len(values):  # a batch tells nothing of a wait
        nothing = {"mean": None, "low": None, "high": None, "n": 0}
        return {"seconds_p50": nothing, "seconds_p95": nothing}
    groups = [group_of[ticket] for ticket in timing["ticket_ids"]]
    return {
        f"seconds_p{percent}": quantile_interval(
            values, groups, percent / 100, params.resamples, params.confidence, seed
        )
        for percent in (50, 95)
    }
