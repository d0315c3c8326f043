"""Stage decide: files in, files out."""

from pathlib import Path
from typing import TYPE_CHECKING

from drafter.errors import BadInput
from drafter.tables import read_json, read_table, write_json
from tasks.decide.costs import with_machines_paid
from tasks.decide.coverage import drafts_of
from tasks.decide.decision import decision
from tasks.decide.measured import measure
from tasks.decide.params import Params
from tasks.decide.report import priced, reasons, write_report
from tasks.decide.slices import labelled
from tasks.paths import Paths

if TYPE_CHECKING:
    import polars as pl

# What every row of the scores has besides its metrics.
EXPECTED = ("ticket_id", "group", "candidate", "abstained", "reason", "confidence",
            "question_chars", "after_change")  # fmt: skip


def run(params: Params, paths: Paths) -> None:
    """Conclude from the last evaluation and write reports/decision.{json,md,html}."""
    import polars as pl

    from drafter.records import CURATED, DRAFT

    scores = read_scores(paths.scores)
    timings = {name: read_json(paths.timings(name)) for name in params.names}
    scores = with_machines_paid(scores, timings, params.prices)
    measured = measure(scores, timings, params.decide.dimensions)
    tickets = read_table(paths.curated("holdout"), CURATED).sort("ticket_id")
    labels = labelled(tickets, scores)
    if labels.height != len(measured.tickets):
        raise BadInput(
            f"{paths.curated('holdout')} holds {labels.height} of the {len(measured.tickets)} "
            f"tickets in {paths.scores}: run `dvc repro`"
        )
    ranked = {
        name: drafts_of(
            scores.filter(pl.col("candidate") == name).sort("ticket_id"),
            measured.of(name, params.decide.primary),
        )
        for name in params.names
    }
    found = decision(measured, timings, labels, ranked, params.decide, params.seed)
    drafts = {
        name: read_table(paths.drafts(name), DRAFT).sort("ticket_id") for name in params.names
    }
    found |= priced(measured, timings, drafts, tickets["reply"].to_list(), params.prices)
    found["alpha"] = params.decide.alpha
    found["reasons"] = {name: reasons(table) for name, table in drafts.items()}
    write_json(paths.report("decision.json"), found)
    write_report(params, paths, found, measured, drafts)


def read_scores(path: Path) -> "pl.DataFrame":
    """The scores, whatever metrics they hold. Raises BadInput where a column is not there."""
    import polars as pl

    if not path.is_file():
        raise BadInput(f"{path} is not there: run `dvc repro evaluate` to make it")
    scores = pl.read_parquet(path)
    missing = [name for name in EXPECTED if name not in scores.columns]
    if missing:
        raise BadInput(
            f"{path} lacks {', '.join(missing)}: an older version wrote it; run "
            "`dvc repro --force evaluate`"
        )
    return scores
