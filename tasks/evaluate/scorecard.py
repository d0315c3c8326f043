"""The scorecard: candidates x metrics, with intervals, differences to the baseline, and slices."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from drafter.errors import BadInput
from tasks.evaluate.bootstrap import mean_intervals, quantile_interval
from tasks.evaluate.cases import Case
from tasks.evaluate.params import EvaluateParams

if TYPE_CHECKING:
    import polars as pl

# Columns of the scores beside quality; they come with the draft.
COUNTED = ("tokens_in", "tokens_out", "cost_usd", "abstained")


def scorecard(
    scores: "pl.DataFrame",
    cases: Sequence[Case],
    timings: Mapping[str, Mapping[str, Any]],
    params: EvaluateParams,
    quality: Sequence[str],
    seed: int,
) -> dict[str, Any]:
    """Everything that reports/scorecard.json says.

    `scores` has `ticket_id`, `candidate`, a column for each of `quality`, and those of COUNTED;
    every candidate has a row for each case.
    """
    names = list(timings)
    metrics = [*quality, *COUNTED]
    candidates = compare(scores, names, metrics, params, seed)
    for name in names:
        candidates[name] |= _seconds(timings[name]["seconds"], params, seed)
    slices = {}
    for label, members in slices_of(cases).items():
        part = scores.filter(scores["ticket_id"].is_in(members))
        slices[label] = {
            "n": len(members),
            "candidates": compare(part, names, list(quality), params, seed),
        }
    return {
        "winner": choose(scores, names, params, seed),
        "selected_by": params.select_by,
        "baseline": params.baseline,
        "tickets": len(cases),
        "intervals": (
            f"{params.confidence:.0%} percentile, paired bootstrap over tickets, "
            f"{params.resamples} resamples; seconds: over the timed drafts"
        ),
        "candidates": candidates,
        "differences": differences(scores, names, quality, params, seed),
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
    cells = mean_intervals(np.stack(columns, axis=1), params.resamples, params.confidence, seed)
    found = iter(cells)
    return {name: {metric: next(found) for metric in metrics} for name in names}


def differences(
    scores: "pl.DataFrame",
    names: Sequence[str],
    quality: Sequence[str],
    params: EvaluateParams,
    seed: int,
) -> dict[str, dict[str, Any]]:
    """{candidate: {metric: candidate minus baseline}}, over tickets where both have a score."""
    others = [name for name in names if name != params.baseline]
    found = iter(_paired(scores, [(o, params.baseline) for o in others], quality, params, seed))
    return {name: {metric: next(found) for metric in quality} for name in others}


def choose(scores: "pl.DataFrame", names: Sequence[str], params: EvaluateParams, seed: int) -> str:
    """The best candidate: metric after metric, whoever is clearly worse than its best drops out.

    Clearly worse: the interval of the paired difference to the best lies above zero. The last
    metric is decided by its mean, and a tie there by the order in params.yaml.
    """
    import numpy as np

    left = list(names)
    for metric in params.select_by:
        means = {}
        for name in left:
            known = column(scores, name, metric)
            known = known[np.isfinite(known)]
            means[name] = float(known.mean()) if len(known) else -1.0
        best = max(left, key=lambda name: means[name])
        rivals = [name for name in left if name != best]
        pairs = [(best, rival) for rival in rivals]
        gaps = _paired(scores, pairs, [metric], params, seed)
        close = {
            rival
            for rival, gap in zip(rivals, gaps, strict=True)
            if gap["low"] is not None and gap["low"] <= 0
        }
        left = [name for name in left if name == best or name in close]
    return best


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


def _paired(
    scores: "pl.DataFrame",
    pairs: Sequence[tuple[str, str]],
    metrics: Sequence[str],
    params: EvaluateParams,
    seed: int,
) -> list[dict[str, Any]]:
    """Intervals of first minus second, for each pair and within it each metric."""
    import numpy as np

    gaps = [
        column(scores, first, metric) - column(scores, second, metric)
        for first, second in pairs
        for metric in metrics
    ]
    if not gaps:
        return []
    return mean_intervals(np.stack(gaps, axis=1), params.resamples, params.confidence, seed)


def _seconds(seconds: Sequence[float], params: EvaluateParams, seed: int) -> dict[str, Any]:
    import numpy as np

    values = np.asarray(seconds, dtype=float)
    return {
        f"seconds_p{percent}": quantile_interval(
            values, percent / 100, params.resamples, params.confidence, seed
        )
        for percent in (50, 95)
    }
