"""What a reader gets beside the figures: what drafts cost, then decision.md and decision.html."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from drafter.tables import read_table, write_text
from tasks.decide.costs import Work, break_even, by_hand, costs
from tasks.decide.differing import most_differing, side_by_side
from tasks.decide.markdown import markdown
from tasks.decide.measured import Measured
from tasks.decide.page import page
from tasks.decide.params import Params
from tasks.decide.prices import Prices
from tasks.missing import missing_knowledge
from tasks.paths import Paths

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray


def priced(
    measured: Measured,
    timings: Mapping[str, Mapping[str, Any]],
    drafts: Mapping[str, "pl.DataFrame"],
    humans: list[str],
    prices: Prices,
) -> dict[str, Any]:
    """The keys `costs`, `by_hand`, `break_even` and `prices` of the decision.

    `drafts` and `humans` are in the order of `measured.tickets`.
    """
    works = {
        name: Work(
            drafts=[shown(row) for row in table.iter_rows(named=True)],
            charged_usd=table["cost_usd"].to_list(),
            accuracy=_scores(measured, name, "accuracy"),
            compliance=_scores(measured, name, "compliance"),
            timing=timings[name],
        )
        for name, table in drafts.items()
    }
    found = costs(works, humans, prices)
    return {
        "costs": found,
        "by_hand": by_hand(humans, prices),
        "break_even": break_even(found),
        "prices": prices.model_dump(mode="json"),
    }


def shown(draft: Mapping[str, Any]) -> str:
    """What the agent sees of a DRAFT: nothing where it is held back or failed."""
    return "" if draft["abstained"] or draft["reason"] else str(draft["text"])


def reasons(drafts: "pl.DataFrame") -> dict[str, int]:
    """{reason: how many}, of the drafts that no agent is shown, the most frequent first.

    A draft without text has `none written` where the generator said nothing further.
    """
    import polars as pl

    hidden = drafts.filter(pl.col("abstained") | pl.col("reason").is_not_null())
    counts = hidden.select(pl.col("reason").fill_null("none written").value_counts()).unnest(
        "reason"
    )
    return dict(counts.sort("count", "reason", descending=[True, False]).iter_rows())


def write_report(
    params: Params,
    paths: Paths,
    decision: Mapping[str, Any],
    measured: Measured,
    drafts: Mapping[str, "pl.DataFrame"],
) -> None:
    """Write reports/decision.md and reports/decision.html. `decision` is decision.json."""
    from drafter.records import POLICY, RETRIEVED

    policies = read_table(paths.validated_policies, POLICY)
    tickets = read_table(paths.retrieved("holdout"), RETRIEVED)
    val = read_table(paths.retrieved("val"), RETRIEVED)
    missing = missing_knowledge([val, tickets], policies, params.decide.missing)
    primary = params.decide.primary
    shown = most_differing(measured, primary, params.decide.differing)
    examples = side_by_side(shown, tickets, policies, drafts, measured, primary)
    replies = tickets.height + val.height
    write_text(
        paths.report("decision.md"), markdown(decision, missing[: params.decide.missing.shown])
    )
    write_text(
        paths.report("decision.html"),
        page(decision, examples, missing, params.decide.missing.shown, replies),
    )


def _scores(measured: Measured, name: str, dimension: str) -> "NDArray[np.float64]":
    """NaN throughout where the dimension is not among those that are compared."""
    import numpy as np

    if dimension in measured.values:
        return measured.of(name, dimension)
    return np.full(len(measured.tickets), np.nan)
