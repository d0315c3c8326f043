"""The stage on a small company whose returns policy changes from 30 to 14 days on 1 February."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from drafter.errors import BadInput
from drafter.records import CURATED, DRAFT, POLICY, RETRIEVED
from drafter.tables import read_json, write_json, write_table
from tasks.evaluate.cases import cases_of
from tasks.evaluate.metrics import outdated
from tasks.evaluate.params import Params
from tasks.evaluate.run import run
from tasks.evaluate.scorecard import compare
from tasks.paths import Paths
from tasks.policy_book import under_heading
from tests.factories import (
    curated,
    curated_table,
    policy,
    policy_table,
    retrieved,
    retrieved_table,
)
from tests.guarded import make_rules

CHANGE = datetime(2026, 2, 1, tzinfo=UTC)
RULES = """\
clauses: 5
rules:
  claims: {kind: claims, message: it must stand in the policy, facts: [duration]}
  thanks: {kind: must_not_say, message: we ask for nothing, say: ['thanks']}
"""
WRITERS = {
    "nearest": "Thanks!",
    "old": "Ahoy! You have {old} days to send it back. Fair winds, the crew",
    "dry": "{new} days.",
    "best": "Ahoy! You have {new} days to send it back. Fair winds, the crew",
}


def company(root: Path, tickets: int = 24, writers: dict[str, str] = WRITERS) -> Paths:
    """A finished run of the stages before `evaluate`, without a model."""
    paths = Paths(root)
    make_rules(root / "rules.yaml", RULES)
    policies = [
        policy(text="# Returns\n\nYou have 30 days.\n", effective_to=CHANGE),
        policy(text="# Returns\n\nYou have 14 days.\n", effective_from=CHANGE),
    ]
    write_table(paths.validated_policies, policy_table(policies), POLICY)
    train = [curated(1, created_at=CHANGE - timedelta(days=9))]
    write_table(paths.curated("train"), curated_table(train), CURATED)
    for split in ("train", "val"):
        write_table(paths.retrieved(split), retrieved_table([]), RETRIEVED)
    rows: list[dict[str, Any]] = []
    drafts: dict[str, list[dict[str, Any]]] = {name: [] for name in writers}
    for number in range(tickets):
        after = number % 2 == 0
        figures = {"old": 30, "new": 14 if after else 30}
        chunk = {"chunk_id": "returns#1", "doc_id": "returns", "title": "Returns", "clause": "1"}
        rows.append(
            retrieved(
                number,
                created_at=CHANGE + timedelta(hours=number + 1 if after else -number - 1),
                question=f"How long do I have for <my> parcel {number}?",
                reply=WRITERS["best"].format(**figures),
                cites=["returns"],
                is_macro=number % 3 == 0,
                chunks=[chunk | {"text": f"You have {figures['new']} days.", "url": None}],
            )
        )
        for name, template in writers.items():
            text = template.format(**figures)
            drafts[name].append(
                {"ticket_id": f"T-{number}", "candidate": name, "text": text, "citations": []}
                | {"tokens_in": 9, "tokens_out": len(text), "cost_usd": 0.0, "abstained": not text}
                | {"reason": None, "confidence": None}
            )
    write_table(paths.retrieved("holdout"), retrieved_table(rows), RETRIEVED)
    for place, (name, table) in enumerate(drafts.items()):
        write_table(paths.drafts(name), pl.DataFrame(table, schema=DRAFT), DRAFT)
        seconds = [round(0.1 * (place + 1) + 0.01 * n, 3) for n in range(9)]
        timed = [f"T-{number}" for number in range(min(9, tickets))]
        write_json(paths.timings(name), {"seconds": seconds[:tickets], "ticket_ids": timed})
    return paths


def params(**fields: Any) -> Params:
    plain = {
        "resamples": 400, "confidence": 0.95, "examples": 2,
        "embedder": "minilm", "embedder_sha256": None,
        "tone": {"fit_tickets": 50, "judge_tickets": 50, "regularisation": 1.0, "least": 30,
                 "min_auc": 0.75},
    }  # fmt: skip
    candidate = {"generator": "local", "model": "models/base", "tickets": "t.parquet"}
    writers = fields.pop("writers", WRITERS)
    hosted = fields.pop("hosted", {})
    names = [name for name in writers if name not in hosted]
    return Params.from_values(
        {"evaluate": plain | fields, "seed": 7, "hosted": hosted, "rules": "rules.yaml"}
        | {"candidates": dict.fromkeys(names, candidate)}
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = company(tmp_path_factory.mktemp("company"))
    run(params(), paths)
    return paths


def test_the_scorecard_tells_old_figures_and_a_wrong_voice_from_the_best(finished: Paths) -> None:
    card = read_json(finished.report("scorecard.json"))
    after = card["slices"]["after_policy_change"]["candidates"]
    assert after["old"]["facts_agree"]["mean"] == after["old"]["grounded"]["mean"] == 0.0
    assert after["dry"]["facts_agree"]["mean"] == after["best"]["facts_agree"]["mean"] == 1.0
    assert after["dry"]["chrf"]["mean"] < 20 < 99 < after["best"]["chrf"]["mean"]
    before = card["slices"]["before_policy_change"]["candidates"]
    assert before["old"]["facts_agree"]["mean"] == 1.0
    # what nobody ever changed can't be out of date
    assert after["old"]["outdated"] == {"mean": 1.0, "low": 1.0, "high": 1.0, "n": 12}
    assert after["best"]["outdated"]["mean"] == after["nearest"]["outdated"]["mean"] == 0.0
    assert before["old"]["outdated"]["n"] == 0


def test_accuracy_tells_the_right_figure_from_the_old_one(finished: Paths) -> None:
    after = read_json(finished.report("scorecard.json"))["slices"]["after_policy_change"]
    told = {name: cells["accuracy"]["mean"] for name, cells in after["candidates"].items()}
    assert told["best"] > told["old"] + 0.2
    assert told["dry"] > told["old"]
    assert told["old"] > told["nearest"], "which answers nothing"


def test_every_cell_has_a_mean_inside_its_interval_and_its_n(finished: Paths) -> None:
    card = read_json(finished.report("scorecard.json"))
    assert list(card["candidates"]) == list(WRITERS)
    for cells in card["candidates"].values():
        for name in ("chrf", "rouge_l", "similarity", "tokens_out", "seconds_p50", "seconds_p95"):
            assert cells[name]["low"] <= cells[name]["mean"] <= cells[name]["high"]
        assert cells["chrf"]["n"] == card["tickets"] == 24


def test_compliance_and_the_rules_broken_are_told_for_each_draft(finished: Paths) -> None:
    card = read_json(finished.report("scorecard.json"))
    kept = {name: cells["compliance"]["mean"] for name, cells in card["candidates"].items()}
    assert kept == {"nearest": 0.0, "old": 0.5, "dry": 1.0, "best": 1.0}
    assert card["violations"] == {
        "nearest": {"thanks": 24},
        "old": {"claims": 12},
        "dry": {},
        "best": {},
    }
    scores = pl.read_parquet(finished.scores)
    old = scores.filter(pl.col("candidate") == "old")
    assert old.filter(pl.col("compliance") == 0)["violations"].to_list() == [["claims"]] * 12
    assert "- old: claims 12" in finished.report("scorecard.md").read_text()
    assert "old: claims 12" in finished.report("scorecard.html").read_text()


def test_drafts_without_facts_are_not_counted_as_grounded(finished: Paths) -> None:
    nearest = read_json(finished.report("scorecard.json"))["candidates"]["nearest"]
    assert nearest["grounded"] == {"mean": None, "low": None, "high": None, "n": 0}
    assert nearest["facts_agree"] == {"mean": 0.0, "low": 0.0, "high": 0.0, "n": 24}


def test_two_runs_write_the_same_bytes(finished: Paths, tmp_path: Path) -> None:
    again = company(tmp_path)
    run(params(), again)
    written = [path for path in finished.root.rglob("*") if path.is_file()]
    assert len(written) > 15
    for path in written:
        assert (tmp_path / path.relative_to(finished.root)).read_bytes() == path.read_bytes()


def test_the_page_needs_nothing_else_and_marks_what_is_not_grounded(finished: Paths) -> None:
    page = finished.report("scorecard.html").read_text()
    for outside in ("<script", "<link", "src=", "@import", "url(http", "url(/", 'href="http'):
        assert outside not in page
    assert '<mark class="unsupported">30 days</mark>' in page
    assert '<mark class="supported">14 days</mark>' in page
    assert "&lt;my&gt; parcel" in page
    # one for each metric but tone, which too few replies teach here, and the wait
    assert page.count("<svg") == len(list(finished.report("plots").iterdir()))


def test_what_dvc_shows_is_a_row_of_means_for_each_candidate(finished: Paths) -> None:
    row = read_json(finished.report("metrics/best.json"))
    assert row["facts_agree"] == 1.0
    assert not any(name.startswith("seconds") for name in row)
    lines = finished.report("plots/facts_agree.csv").read_text().splitlines()
    assert lines[0] == "candidate,mean,low,high"
    assert lines[-1] == "best,1.0,1.0,1.0"
    assert len(lines) == 1 + len(WRITERS)
    plots = {path.stem for path in finished.report("plots").iterdir()}
    assert {"facts_agree", "accuracy", "compliance", "tone", "chrf"} <= plots


def test_where_tone_can_not_be_judged_the_scorecard_says_why(finished: Paths) -> None:
    card = read_json(finished.report("scorecard.json"))
    assert card["trust"]["tone"]["shown"] is False
    assert card["candidates"]["best"]["tone"]["n"] == 0
    said = "- tone is not shown: train gives 0 replies and 0 texts that are none, and it takes 30"
    assert said in finished.report("scorecard.md").read_text()
    assert (
        "tone is not shown: train gives 0 replies" in finished.report("scorecard.html").read_text()
    )


def test_the_table_holds_every_candidate(finished: Paths) -> None:
    assert "| best | 100.0 % [100.0, 100.0] |" in finished.report("scorecard.md").read_text()


def test_a_draft_that_failed_is_scored_by_nothing_and_keeps_its_reason(tmp_path: Path) -> None:
    paths = company(tmp_path)
    drafts = pl.read_parquet(paths.drafts("best")).with_columns(
        text=pl.when(pl.col("ticket_id") == "T-3").then(pl.lit("")).otherwise("text"),
        reason=pl.when(pl.col("ticket_id") == "T-3").then(pl.lit("failed: timeout")),
    )
    write_table(paths.drafts("best"), drafts, DRAFT)
    run(params(), paths)
    cells = read_json(paths.report("scorecard.json"))["candidates"]["best"]
    assert (cells["chrf"]["n"], cells["facts_agree"]["mean"]) == (23, 1.0)
    row = pl.read_parquet(paths.scores).filter(candidate="best", ticket_id="T-3")
    assert row["reason"].to_list() == ["failed: timeout"]
    assert row["chrf"].to_list() == row["facts_agree"].to_list() == [None]


def test_a_metric_that_gives_nan_stops_the_stage_by_name_and_the_scores_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = company(tmp_path)
    monkeypatch.setattr(
        "tasks.evaluate.run.metrics", lambda *_: {"chrf": lambda d, c: [float("nan")] * len(d)}
    )
    with pytest.raises(BadInput, match=r"metric chrf gave nan for 96 drafts, first for ticket 'T-"):
        run(params(), paths)
    assert pl.read_parquet(paths.scores).height == 96


def test_drafts_for_other_tickets_stop_the_stage(tmp_path: Path) -> None:
    paths = company(tmp_path)
    some = pl.read_parquet(paths.drafts("old")).head(3)
    write_table(paths.drafts("old"), some, DRAFT)
    with pytest.raises(BadInput, match=r"old.parquet has 3 drafts .* 24 tickets"):
        run(params(), paths)


def test_the_human_reply_is_no_evidence_and_the_ticket_is() -> None:
    row = retrieved(1, question="I paid 20 euros.", reply="It takes 99 days.", chunks=[])
    (case,) = cases_of(retrieved_table([row]), policy_table([]), CHANGE)
    assert "I paid 20 euros." in case.evidence
    assert not any("99 days" in text for text in case.evidence)


def test_evidence_is_the_version_in_force_on_the_tickets_day() -> None:
    policies = policy_table(
        [
            policy(text="Old: 30 days.", effective_to=CHANGE),
            policy(text="New: 14 days.", effective_from=CHANGE),
        ]
    )
    rows = [
        retrieved(1, created_at=CHANGE - timedelta(seconds=1), cites=["returns"]),
        retrieved(2, created_at=CHANGE, cites=["https://help.example/returns/?x=1#fees"]),
    ]
    before, after = cases_of(retrieved_table(rows), policies, CHANGE - timedelta(days=1))
    assert "Old: 30 days." in before.evidence
    assert "New: 14 days." not in before.evidence
    assert "New: 14 days." in after.evidence
    assert (before.after_change, after.after_change) == (False, True)


def test_old_is_what_an_earlier_version_says_and_neither_today_nor_the_ticket() -> None:
    text = "Return it within {days} days. The label costs 5 euros. We answer within 2 hours."
    policies = [
        policy(text=text.format(days=30), effective_to=CHANGE),
        policy(text=text.format(days=14), effective_from=CHANGE),
    ]
    rows = [
        retrieved(1, created_at=CHANGE, cites=["returns"]),
        retrieved(2, created_at=CHANGE, cites=["returns"], question="Are 30 days not enough?"),
        retrieved(3, created_at=CHANGE - timedelta(days=1), cites=["returns"]),
    ]
    cases = cases_of(retrieved_table(rows), policy_table(policies), CHANGE)
    assert [case.superseded for case in cases] == [{("duration", "30 day")}, set(), set()]
    assert outdated(["30 days", "30 days", "30 days"], cases) == [1.0, None, None]
    assert outdated(["14 days", "", ""], cases) == [0.0, None, None]


def test_a_metric_without_any_value_is_not_shown(tmp_path: Path) -> None:
    paths = company(tmp_path)
    write_table(paths.validated_policies, policy_table([policy(text="You have 14 days.")]), POLICY)
    run(params(), paths)
    assert "old figures" not in paths.report("scorecard.html").read_text()
    assert "old figures" not in paths.report("scorecard.md").read_text()


def test_where_nothing_cited_is_in_force_the_first_retrieved_document_is_evidence() -> None:
    policies = [
        policy(text="Return it within 30 days.", effective_to=CHANGE),
        policy("shipping", text="We send it within 3 days."),
    ]
    chunk = {"chunk_id": "shipping#1", "doc_id": "shipping", "title": "Shipping", "clause": "1"}
    chunk |= {"text": "Sent soon.", "url": None}
    rows = [retrieved(1, created_at=CHANGE, cites=["returns"], chunks=[chunk])]
    (case,) = cases_of(retrieved_table(rows), policy_table(policies), CHANGE)
    assert "We send it within 3 days." in case.evidence


def test_a_cited_heading_is_evidence_without_its_neighbours() -> None:
    text = "# Returns\n\n## Corrie tent\nA tent: 30 days.\n\n## Pike stove\nA stove: 14 days.\n"
    assert under_heading(text, "corrie-tent") == "## Corrie tent\nA tent: 30 days."
    assert under_heading(text, "no-such-heading") == text


def test_a_failed_draft_is_missing_and_not_bad(tmp_path: Path) -> None:
    """The same drafts once with five failures: quality stays what it was over the other tickets."""
    paths = company(tmp_path)
    drafts = pl.read_parquet(paths.drafts("best"))
    failing = pl.int_range(drafts.height) < 5
    broken = drafts.with_columns(
        text=pl.when(failing).then(pl.lit("")).otherwise("text"),
        reason=pl.when(failing).then(pl.lit("failed: timeout")),
    )
    write_table(paths.drafts("best"), broken, DRAFT)
    run(params(), paths)
    cells = read_json(paths.report("scorecard.json"))["candidates"]["best"]
    assert cells["failed"]["mean"] == pytest.approx(5 / 24, abs=1e-4)
    assert cells["abstained"]["mean"] == 0
    for metric in ("chrf", "rouge_l", "similarity", "facts_agree", "grounded"):
        assert cells[metric]["n"] == 24 - 5, metric
    assert cells["chrf"]["mean"] > 99
    assert cells["facts_agree"]["mean"] == 1.0
    scores = pl.read_parquet(paths.scores).filter(pl.col("candidate") == "best")
    assert scores["failed"].sum() == scores["similarity"].null_count() == 5
    assert "| failed |" in paths.report("scorecard.md").read_text()
    # its place in the examples says so, instead of showing an empty draft
    run(params(examples=24), paths)
    assert paths.report("scorecard.html").read_text().count("failed: timeout") == 5


def test_intervals_draw_customers_with_all_their_tickets(finished: Paths) -> None:
    scores = pl.read_parquet(finished.scores)
    assert scores["group"].to_list() == scores["ticket_id"].str.replace("T", "G").to_list()
    asked = params().evaluate
    (many,) = compare(scores, ["old"], ["chrf"], asked, 1).values()
    one_customer = scores.with_columns(group=pl.lit("G-1"))
    (one,) = compare(one_customer, ["old"], ["chrf"], asked, 1).values()
    assert many["chrf"]["low"] < many["chrf"]["mean"] < many["chrf"]["high"]
    assert one["chrf"]["low"] == one["chrf"]["mean"] == one["chrf"]["high"]


def test_failures_are_not_told_where_there_are_none(finished: Paths) -> None:
    assert "| failed |" not in finished.report("scorecard.md").read_text()


def test_a_candidate_whose_drafts_all_failed_and_who_was_never_timed_ends_last(
    tmp_path: Path,
) -> None:
    paths = company(tmp_path)
    drafts = pl.read_parquet(paths.drafts("old"))
    broken = drafts.with_columns(text=pl.lit(""), reason=pl.lit("failed: refusal"))
    write_table(paths.drafts("old"), broken, DRAFT)
    write_json(paths.timings("old"), {"seconds": []})
    run(params(), paths)
    card = read_json(paths.report("scorecard.json"))
    old = card["candidates"]["old"]
    assert old["chrf"]["mean"] is old["seconds_p50"]["mean"] is None
    assert old["failed"]["mean"] == 1.0


def test_hosted_candidates_compete_with_the_others(tmp_path: Path) -> None:
    preset = yaml.safe_load(Path("presets/hosted.yaml").read_text())["hosted"]
    paths = company(tmp_path, writers=WRITERS | {"claude": "You have {new} days."})
    run(params(writers=WRITERS, hosted={"claude": preset["claude"]}), paths)
    card = read_json(paths.report("scorecard.json"))
    assert list(card["candidates"]) == [*WRITERS, "claude"]
