"""MLflow's evaluation view: every candidate's draft of every ticket, with its scores.

Not a stage, because it acts on the world: `register` and the flow call it after `evaluate`. Told
twice about the same scores it acts once. Texts are the pseudonymised ones of curation.
"""

import hashlib
from typing import TYPE_CHECKING, Any

from drafter.draw import share_of
from drafter.tables import read_json, read_table
from tasks.paths import Paths

if TYPE_CHECKING:
    import polars as pl

SCORES = ("accuracy", "compliance", "tone", "facts_agree", "grounded", "outdated", "chrf",
          "rouge_l", "similarity", "reuse")  # fmt: skip
DIGEST_TAG = "replymill.scores"


def log_evaluation(paths: Paths, most: int | None = None) -> dict[str, str]:
    """One MLflow run for each candidate, with a trace and its assessments for each ticket.

    At most `most` tickets, the same for all candidates, drawn by hash; None shows every ticket.
    Returns {candidate: run_id}, of the runs made now or by an earlier call with the same scores.
    Raises MLflow's or SQLAlchemy's own errors where the store is away.
    """
    from drafter.progress import progress
    from tasks.tracking import ensure_store, tracking_uri

    experiment = ensure_store(paths)
    import mlflow

    mlflow.set_tracking_uri(tracking_uri(paths))
    mlflow.set_experiment(experiment_id=experiment)

    tickets, drafts, scores = _read(paths)
    tickets = drawn(tickets, most)
    digest = hashlib.sha256(f"{most} ".encode() + paths.scores.read_bytes()).hexdigest()
    runs = {}
    names = list(drafts)
    with progress("MLflow's evaluation view", len(names), "candidates") as advance:
        for name in names:
            rows = evaluation_rows(tickets, drafts[name], scores, name)
            runs[name] = _earlier_run(name, digest) or _evaluate(name, rows, digest)
            advance(1)
    return runs


def drawn(tickets: "pl.DataFrame", most: int | None) -> "pl.DataFrame":
    """The `most` tickets whose ids have the lowest hashes: a draw that needs no seed."""
    ids = sorted(tickets["ticket_id"].to_list(), key=share_of)
    return tickets.filter(tickets["ticket_id"].is_in(ids[:most]))


def evaluation_rows(
    tickets: "pl.DataFrame", drafts: "pl.DataFrame", scores: "pl.DataFrame", candidate: str
) -> list[dict[str, Any]]:
    """What `mlflow.genai.evaluate` takes: inputs, outputs and expectations of each ticket."""
    import polars as pl

    from drafter.clean import query_text

    joined = (
        tickets.join(drafts.select("ticket_id", "text", "citations", "reason"), on="ticket_id")
        .join(scores.filter(pl.col("candidate") == candidate), on="ticket_id")
        .sort("ticket_id")
    )
    return [
        {
            "inputs": {"ticket_id": row["ticket_id"], "question": query_text(row)},
            # where there is no text: why
            "outputs": row["text"] or row["reason"] or "",
            "expectations": {
                "expected_response": row["reply"],
                "scores": {name: row[name] for name in SCORES},
            },
            "tags": {"candidate": candidate, "citations": ", ".join(row["citations"])},
        }
        for row in joined.iter_rows(named=True)
    ]


def scorers() -> list[Any]:
    """A scorer for each metric; it hands on what the stage measured, and nothing where it did not.

    So the view and reports/scorecard.json can't tell two stories.
    """
    from mlflow.entities import Feedback
    from mlflow.genai import scorer

    def measured(name: str) -> Any:
        @scorer(name=name)  # type: ignore[untyped-decorator,unused-ignore]
        def score(expectations: dict[str, Any]) -> list[Feedback]:
            value = expectations["scores"][name]
            return [] if value is None else [Feedback(name=name, value=value)]

        return score

    return [measured(name) for name in SCORES]


def _evaluate(candidate: str, rows: list[dict[str, Any]], digest: str) -> str:
    import os

    import mlflow

    # ten at a time, as MLflow would, use up the five connections of a SQLite store
    os.environ.setdefault("MLFLOW_GENAI_EVAL_MAX_WORKERS", "2")
    os.environ.setdefault("MLFLOW_GENAI_EVAL_MAX_SCORER_WORKERS", "1")
    with mlflow.start_run(run_name=f"evaluate {candidate}") as run:
        mlflow.set_tag("replymill.candidate", candidate)
        mlflow.genai.evaluate(data=rows, scorers=scorers())
        # the tag comes last: a run that was interrupted is not taken for a finished one
        mlflow.set_tag(DIGEST_TAG, f"{candidate} {digest}")
        return str(run.info.run_id)


def _earlier_run(candidate: str, digest: str) -> str | None:
    import mlflow

    found = mlflow.search_runs(
        filter_string=f"tags.`{DIGEST_TAG}` = '{candidate} {digest}'",
        max_results=1,
        output_format="list",
    )
    return str(found[0].info.run_id) if found else None


def _read(paths: Paths) -> tuple["pl.DataFrame", dict[str, "pl.DataFrame"], "pl.DataFrame"]:
    import polars as pl

    from drafter.records import CURATED, DRAFT

    names = list(read_json(paths.report("scorecard.json"))["candidates"])
    scores = pl.read_parquet(paths.scores)
    tickets = read_table(paths.curated("holdout"), CURATED)
    return tickets, {name: read_table(paths.drafts(name), DRAFT) for name in names}, scores
