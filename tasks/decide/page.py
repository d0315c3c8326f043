"""reports/decision.html: one page that needs nothing else, for the support lead who decides."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.decide import labels, said
from tasks.decide.plots_costs import money_for_a_ticket, price_by_volume, quality_against_cost
from tasks.decide.plots_coverage import risk_coverage
from tasks.decide.plots_differences import differing_dimensions, forest
from tasks.decide.words import QUALITY
from tasks.missing import Gap
from tasks.template import template


def page(
    decision: Mapping[str, Any],
    examples: Sequence[Mapping[str, Any]],
    gaps: Sequence[Gap],
    gaps_shown: int,
    replies: int,
) -> str:
    """The page. `examples` are of `differing.side_by_side`; `gaps` were found in `replies`."""
    compared = differing_dimensions(decision)
    idle = labels.idle(decision)
    return template("tasks.decide", "decision.html.jinja").render(
        decision=decision,
        shown=[name for name in decision["dimensions"] if name not in idle],
        idle=idle,
        compared=compared,
        alike=[name for name in decision["dimensions"] if name not in [*compared, *idle]],
        forests={dimension: forest(decision, dimension) for dimension in compared},
        pareto=quality_against_cost(decision),
        money=money_for_a_ticket(decision),
        volumes=price_by_volume(decision, said.competing_on_price(decision)),
        rivals=said.rivals(decision),
        break_even=decision["break_even"],
        without_hosted=said.without_hosted(decision),
        coverage=risk_coverage(decision),
        heats=[heat(decision, name) for name in QUALITY if name in decision["dimensions"]],
        together=said.together(decision["interaction"], decision["alpha"]),
        examples=examples,
        gaps=gaps[:gaps_shown],
        further_gaps=len(gaps[gaps_shown:]),
        replies=replies,
        labels=labels,
        said=said,
    )


def heat(decision: Mapping[str, Any], dimension: str) -> dict[str, Any]:
    """One dimension by slices: rows of cells with a shade from 0 to 1 and what is printed."""
    return {
        "dimension": dimension,
        "kinds": {
            kind.replace("_", " "): [
                {
                    "value": value.replace("_", " "),
                    "n": part["n"],
                    "small": part["small"],
                    "cells": [
                        {
                            "shade": cells[dimension]["mean"],
                            "text": labels.mean(dimension, cells[dimension]),
                            "ends": labels.interval(dimension, cells[dimension]),
                        }
                        for cells in part["candidates"].values()
                    ],
                }
                for value, part in parts.items()
            ]
            for kind, parts in decision["slices"].items()
        },
    }
