"""Everything that reports/decision.json says, but for what drafts cost (tasks/decide/costs.py)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tasks.decide.compare import differences, means
from tasks.decide.constraints import broken
from tasks.decide.coverage import Drafts, coverage
from tasks.decide.interaction import interaction
from tasks.decide.measured import LESS_IS_BETTER, Measured
from tasks.decide.params import DecideParams
from tasks.decide.recommend import recommend
from tasks.decide.slices import sliced
from tasks.decide.verdict import verdicts

if TYPE_CHECKING:
    import polars as pl


def decision(
    measured: Measured,
    timings: Mapping[str, Mapping[str, Any]],
    labels: "pl.DataFrame",
    drafts: Mapping[str, Drafts],
    params: DecideParams,
    seed: int,
) -> dict[str, Any]:
    """The decision as JSON holds it.

    `labels` are those of `slices.labelled`, `drafts` those of `coverage.drafts_of`.
    """
    cells = means(measured, params, seed)
    compared = differences(measured, params, seed)
    breaks = {
        name: broken(cells[name], timings[name]["seconds"], params.constraints) for name in cells
    }
    found = verdicts(measured, compared, breaks, params)
    chosen = recommend(measured, cells, compared, found, breaks, params, seed)
    curves, equal = coverage(drafts, measured.groups, params.resamples, 1 - params.alpha, seed)
    return {
        "champion": params.champion,
        "recommended": chosen.recommended,
        "decided_by": chosen.decided_by,
        "sentence": chosen.sentence,
        "tickets": len(measured.tickets),
        "primary": params.primary,
        "dimensions": list(measured.values),
        "less_is_better": [name for name in measured.values if name in LESS_IS_BETTER],
        "candidates": cells,
        "differences": compared,
        "verdicts": found,
        "broken": {name: list(found.values()) for name, found in breaks.items()},
        "interaction": interaction(measured, "sft", params, seed),
        "interaction_dpo": interaction(measured, "dpo", params, seed),
        "slices": sliced(measured, labels, params, seed),
        "coverage": curves,
        "equal_coverage": equal,
    }
