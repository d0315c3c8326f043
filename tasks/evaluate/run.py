"""Stage evaluate: files in, files out."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from drafter.compliance import load_rules
from drafter.errors import BadInput
from drafter.progress import progress
from drafter.tables import read_json, read_table, write_json, write_table, write_text
from tasks.evaluate.cases import Case, cases_of
from tasks.evaluate.markdown import markdown
from tasks.evaluate.metrics import BrokenRules, Metric, metrics
from tasks.evaluate.page import page
from tasks.evaluate.params import EvaluateParams, Params
from tasks.evaluate.scorecard import COUNTED, scorecard
from tasks.evaluate.tone import fit_voice
from tasks.paths import Paths
from tasks.remembering import Remembering

if TYPE_CHECKING:
    import polars as pl


def run(params: Params, paths: Paths) -> None:
    """Score all candidates of params.yaml on the holdout and write the scorecard's faces."""
    from drafter.records import CURATED, POLICY, RETRIEVED
    from tasks.accuracy.score import fitted_embedder

    rules = BrokenRules(load_rules(paths.root / params.rules))
    tickets = read_table(paths.retrieved("holdout"), RETRIEVED)
    if tickets.is_empty():
        raise BadInput(f"{paths.retrieved('holdout')} holds no ticket to evaluate on")
    policies = read_table(paths.validated_policies, POLICY)
    newest = read_table(paths.curated("train"), CURATED)["created_at"].max()
    drafts = read_drafts(paths, params.names, tickets)
    timings = {name: read_json(paths.timings(name)) for name in params.names}

    cases = cases_of(tickets, policies, newest)  # type: ignore[arg-type]
    rated_by = fitted_embedder()
    embedder = embedder_of(params.evaluate, rated_by)
    train, val = (read_table(paths.retrieved(split), RETRIEVED) for split in ("train", "val"))
    voice = fit_voice(train, val, embedder, params.evaluate, params.seed)
    by_name = metrics(embedder, rated_by, voice, rules)
    scores = score(drafts, cases, by_name, rules)
    # before anything is concluded from them: what took time is not lost
    write_table(paths.scores, scores, scores.schema)
    refuse_odd_numbers(scores, list(by_name))
    card = scorecard(scores, cases, timings, params.evaluate, list(by_name), params.seed)
    card["trust"] = {"tone": voice.trust}

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


def embedder_of(params: EvaluateParams, rated_by: Remembering) -> Remembering:
    """The embedder that params.yaml names: the one of `accuracy` again, where it names that."""
    from drafter.embed import PACKAGED, load_embedder

    if params.embedder == PACKAGED and params.embedder_sha256 is None:
        return rated_by
    return Remembering(load_embedder(params.embedder, params.embedder_sha256))


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
    from drafter.records import FAILED

    rows = zip(drafts["text"], drafts["reason"], strict=True)
    return [reason if reason and reason.startswith(FAILED) else text for text, reason in rows]


def score(
    drafts: Mapping[str, "pl.DataFrame"],
    cases: Sequence[Case],
    by_name: Mapping[str, Metric],
    rules: BrokenRules,
) -> "pl.DataFrame":
    """One row for each candidate and ticket: metrics, what the draft cost, the rules it broke.

    A draft that failed is missing, which is not the same as bad: no metric says anything of it, and
    `failed` counts it.
    """
    import polars as pl

    from drafter.records import FAILED

    tables = []
    total = len(drafts) * len(by_name)
    with progress("scoring", total, "columns") as advance:
        for name, table in drafts.items():
            failed = pl.col("reason").str.starts_with(FAILED).fill_null(False)
            table = table.with_columns(failed=failed)
            columns = {}
            for metric, function in by_name.items():
                values = function(table["text"].to_list(), cases)
                values = [
                    None if failed else value
                    for failed, value in zip(table["failed"], values, strict=True)
                ]
                columns[metric] = pl.Series(metric, values, dtype=pl.Float64)
                advance(1)
            texts = zip(table["text"], cases, strict=True)
            broken = [rules.of(text, case) for text, case in texts]
            counted = table.select(
                "ticket_id", pl.lit(name).alias("candidate"), *COUNTED, "reason", "confidence"
            )
            about = {
                "group": [case.ticket["group"] for case in cases],
                "question_chars": [len(case.question) for case in cases],
                "after_change": [case.after_change for case in cases],
                "violations": pl.Series(broken, dtype=pl.List(pl.String)),
            }
            tables.append(counted.with_columns(pl.DataFrame(about)).with_columns(**columns))
    return pl.concat(tables)


def refuse_odd_numbers(scores: "pl.DataFrame", names: Sequence[str]) -> None:
    """Raise BadInput where a metric gave NaN or infinity: no mean over those says anything."""
    for name in names:
        odd = scores.filter(scores[name].is_not_null() & ~scores[name].is_finite())
        if odd.height:
            raise BadInput(
                f"metric {name} gave {odd[0, name]} for {odd.height} drafts, first for ticket "
                f"{odd[0, 'ticket_id']!r} of candidate {odd[0, 'candidate']!r}: let it give None "
                "where it has nothing to say (tasks/evaluate/metrics.py); all scores are kept in "
                "data/scores.parquet"
            )


def plot_rows(card: Mapping[str, Any], metric: str) -> str:
    """reports/plots/METRIC.csv for `dvc plots`: candidate, mean, low, high."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["candidate", "mean", "low", "high"])
    for name, figures in card["candidates"].items():
        cell = figures[metric]
        writer.writerow([name, cell["mean"], cell["low"], cell["high"]])
    return text.getvalue()
