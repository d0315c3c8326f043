"""Stage evaluate: files in, files out."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from drafter.errors import BadInput
from drafter.progress import progress
from drafter.tables import read_json, read_table, write_json, write_table, write_text
from tasks.evaluate.cases import Case, cases_of
from tasks.evaluate.markdown import markdown
from tasks.evaluate.metrics import Metric, metrics
from tasks.evaluate.page import page
from tasks.evaluate.params import Params
from tasks.evaluate.scorecard import COUNTED, scorecard
from tasks.paths import Paths

if TYPE_CHECKING:
    import polars as pl


def run(params: Params, paths: Paths) -> None:
    """Score all candidates of params.yaml on the holdout and write the scorecard's faces."""
    from drafter.embed import load_embedder
    from drafter.records import CURATED, POLICY, RETRIEVED

    tickets = read_table(paths.retrieved("holdout"), RETRIEVED)
    if tickets.is_empty():
        raise BadInput(f"{paths.retrieved('holdout')} holds no ticket to evaluate on")
    policies = read_table(paths.validated_policies, POLICY)
    newest = read_table(paths.curated("train"), CURATED)["created_at"].max()
    drafts = read_drafts(paths, params.names, tickets)
    timings = {name: read_json(paths.timings(name)) for name in params.names}

    cases = cases_of(tickets, policies, newest)  # type: ignore[arg-type]
    embedder = load_embedder(params.evaluate.embedder, params.evaluate.embedder_sha256)
    by_name = metrics(embedder)
    scores = score(drafts, cases, by_name)
    card = scorecard(scores, cases, timings, params.evaluate, list(by_name), params.seed)

    write_table(paths.scores, scores, scores.schema)
    for name, figures in card["candidates"].items():
        kept = {m: f["mean"] for m, f in figures.items() if not m.startswith("seconds")}
        write_json(paths.report(f"metrics/{name}.json"), kept)
    for metric in by_name:
        write_text(paths.report(f"plots/{metric}.csv"), plot_rows(card, metric))
    write_json(paths.report("scorecard.json"), card)
    write_text(paths.report("scorecard.md"), markdown(card, list(by_name)))
    texts = {name: texts_shown(table) for name, table in drafts.items()}
    shown = page(card, list(by_name), cases, texts, params.evaluate.examples)
    write_text(paths.report("scorecard.html"), shown)


def read_drafts(
    paths: Paths, names: Sequence[str], tickets: "pl.DataFrame"
) -> dict[str, "pl.DataFrame"]:
    """Each candidate's drafts in the tickets' order. Raises BadInput where any are missing."""
    from drafter.records import DRAFT

    found = {}
    for name in names:
        drafts = read_table(paths.drafts(name), DRAFT)
        if sorted(drafts["ticket_id"]) != sorted(tickets["ticket_id"]):
            raise BadInput(
                f"{paths.drafts(name)} has {drafts.height} drafts that are not for the "
                f"{tickets.height} tickets of the holdout: run `dvc repro` for {name}"
            )
        found[name] = tickets.select("ticket_id").join(
            drafts, on="ticket_id", how="left", maintain_order="left"
        )
    return found


def texts_shown(drafts: "pl.DataFrame") -> list[str]:
    """What a reader sees in each draft's place: where it failed, that and why."""
    rows = zip(drafts["text"], drafts["reason"], strict=True)
    return [reason if reason and reason.startswith("failed: ") else text for text, reason in rows]


def score(
    drafts: Mapping[str, "pl.DataFrame"], cases: Sequence[Case], by_name: Mapping[str, Metric]
) -> "pl.DataFrame":
    """One row for each candidate and ticket: the metrics, and what the draft cost.

    A draft that failed is missing, which is not the same as bad: no metric says anything of it, and
    `failed` counts it.
    """
    import polars as pl

    tables = []
    total = len(drafts) * len(by_name)
    with progress("scoring", total, "columns") as advance:
        for name, table in drafts.items():
            table = table.with_columns(failed=pl.col("reason").str.starts_with("failed: "))
            table = table.with_columns(pl.col("failed").fill_null(False))
            columns = {}
            for metric, function in by_name.items():
                values = function(table["text"].to_list(), cases)
                values = [
                    None if failed else value
                    for failed, value in zip(table["failed"], values, strict=True)
                ]
                columns[metric] = pl.Series(metric, values, dtype=pl.Float64)
                advance(1)
            counted = table.select("ticket_id", pl.lit(name).alias("candidate"), *COUNTED)
            tables.append(counted.with_columns(**columns))
    return pl.concat(tables)


def plot_rows(card: Mapping[str, Any], metric: str) -> str:
    """reports/plots/METRIC.csv for `dvc plots`: candidate, mean, low, high."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["candidate", "mean", "low", "high"])
    for name, figures in card["candidates"].items():
        cell = figures[metric]
        writer.writerow([name, cell["mean"], cell["low"], cell["high"]])
    return text.getvalue()
