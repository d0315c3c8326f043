"""Stage judge: files in, files out."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from drafter.records import DRAFT, JUDGEMENT, RETRIEVED
from drafter.tables import read_table, write_json, write_table
from tasks.judge.answers import Store, ask_all
from tasks.judge.ask import Judge, MlflowJudge
from tasks.judge.pairs import CHALLENGER, CHAMPION, Pair, pairs_of
from tasks.judge.params import JudgeParams, Params
from tasks.judge.variance import decompose
from tasks.paths import Paths

if TYPE_CHECKING:
    import polars as pl

OFF = "params.yaml judge is null"
POINTS = {CHALLENGER: 1.0, "tie": 0.5, CHAMPION: 0.0}


def run(params: Params, paths: Paths, judge: Judge | None = None) -> None:
    """Write reports/judge.json, data/judgements.parquet and data/judge/; `judge` is a test's own.

    Raises ParamsError without a key, before any work; JudgingFailed where answers are lost or the
    next could cost too much.
    """
    import polars as pl

    store = Store(paths.judge_answers)
    if params.judge is None:
        write_table(paths.judgements, pl.DataFrame(schema=JUDGEMENT), JUDGEMENT)
        write_json(paths.report("judge.json"), _report(None, None, OFF, {}, 0))
        return
    asked = judge or MlflowJudge(params.judge)
    tickets = read_table(paths.retrieved("holdout"), RETRIEVED)
    drafts = {name: read_table(paths.drafts(name), DRAFT) for name in params.names}
    pairs = pairs_of(tickets, drafts, params.judge, params.seed)
    ask_all(pairs, asked, store, params.judge)
    table = judgements(pairs, store, params.judge)
    write_table(paths.judgements, table, JUDGEMENT)
    report = conclude(table, params.judge, params.seed)
    write_json(paths.report("judge.json"), report)
    if report["why"]:
        print(f"judge: {report['why']}", file=sys.stderr)


def judgements(pairs: Sequence[Pair], store: Store, params: JudgeParams) -> "pl.DataFrame":
    """A JUDGEMENT for each question that was asked."""
    import polars as pl

    rows = []
    for pair in pairs:
        if pair.key not in store.known:
            continue
        answer, usd = store.known[pair.key]
        verdict = pair.winner(answer.verdict) if answer.verdict else None
        rows.append(
            {"key": pair.key, "ticket_id": pair.ticket_id, "challenger": pair.challenger,
             "champion": params.champion, "order": pair.order, "repeat": pair.repeat,
             "verdict": verdict, "failed": answer.failed, "rationale": answer.rationale,
             "cost_usd": usd}
        )  # fmt: skip
    return pl.DataFrame(rows, schema=JUDGEMENT)


def conclude(table: "pl.DataFrame", params: JudgeParams, seed: int) -> dict[str, Any]:
    """What reports/judge.json says: each challenger's win rate and the judge's own part in it."""
    unreadable = table["failed"].is_not_null().sum()
    name = f"{params.provider}:/{params.model}"
    why = None
    if table.is_empty():
        why = f"no ticket has a draft of {params.champion} and of another candidate"
    elif unreadable > params.max_unreadable * table.height:
        why = (
            f"{unreadable} of {table.height} answers of {name} are not in the form that was asked "
            f"for ({table['failed'].drop_nulls().mode()[0]}), and params.yaml "
            f"judge.max_unreadable is {params.max_unreadable}: nothing is concluded. Take a model "
            "that answers by a JSON schema, raise judge.max_tokens, or set `judge: null`"
        )
    challengers = {}
    for challenger in table["challenger"].unique(maintain_order=True):
        part = table.filter(table["challenger"] == challenger)
        counted = {"asked": part.height, "unreadable": part["failed"].is_not_null().sum()}
        figures = decompose(scores_of(part, params.repeats), params.confidence, seed)
        challengers[challenger] = counted | (figures if why is None else {"n": 0})
    return _report(name, params.champion, why, challengers, float(table["cost_usd"].sum()))


def scores_of(part: "pl.DataFrame", repeats: int) -> Any:
    """(tickets, 2, repeats) of one challenger's points; a ticket with a gap is left out."""
    import numpy as np

    found: dict[str, Any] = {}
    for row in part.iter_rows(named=True):
        cells = found.setdefault(row["ticket_id"], np.full((2, repeats), np.nan))
        points = POINTS.get(row["verdict"], np.nan)
        cells[int(row["order"] == CHAMPION), row["repeat"]] = points
    whole = [cells for cells in found.values() if np.isfinite(cells).all()]
    return np.stack(whole) if whole else np.empty((0, 2, repeats))


def _report(
    name: str | None, champion: str | None, why: str | None, challengers: dict[str, Any], usd: float
) -> dict[str, Any]:
    widest = [figures.get("margin_widening") or 0.0 for figures in challengers.values()]
    return {
        "judge": name,
        "usable": why is None,
        "why": why,
        "champion": champion,
        "cost_usd": round(usd, 6),
        "margin_widening": max(widest, default=0.0),
        "challengers": challengers,
    }
