"""The stage, asking through MLflow a real server on loopback that judges by script."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from drafter.errors import JudgingFailed, ParamsError
from drafter.records import DRAFT, JUDGEMENT, RETRIEVED
from drafter.section import load_section
from drafter.tables import read_json, read_table, write_table
from tasks.judge.answers import Store
from tasks.judge.ask import Answer
from tasks.judge.params import Params
from tasks.judge.run import run
from tasks.judge.variance import decompose
from tasks.paths import Paths
from tests.factories import retrieved, retrieved_table
from tests.judge_server import JudgeServer, judge_server, says

GOOD, BAD = "You have 14 days.", "No idea."


def company(root: Path, tickets: int = 20) -> Paths:
    """The champion says `old …`, the challenger is right on three tickets of four."""
    paths = Paths(root)
    chunk = {"chunk_id": "r#1", "doc_id": "r", "title": "R", "clause": "1", "url": None}
    rows = [retrieved(n, chunks=[chunk | {"text": "You have 14 days."}]) for n in range(tickets)]
    write_table(paths.retrieved("holdout"), retrieved_table(rows), RETRIEVED)
    texts = {
        "old": [f"{BAD if n % 4 else GOOD} old {n}" for n in range(tickets)],
        "new": [f"{GOOD if n % 4 else BAD} new {n}" for n in range(tickets)],
    }
    for name, drafts in texts.items():
        table = [
            {"ticket_id": f"T-{n}", "candidate": name, "text": text, "citations": [],
             "tokens_in": 1, "tokens_out": 1, "cost_usd": 0.0, "abstained": False,
             "reason": None, "confidence": None}
            for n, text in enumerate(drafts)
        ]  # fmt: skip
        write_table(paths.drafts(name), pl.DataFrame(table, schema=DRAFT), DRAFT)
    return paths


def params(server: JudgeServer | None, **fields: Any) -> Params:
    provider = fields.get("provider", "openai")
    address = f"{server.address}{'/v1' if provider == 'openai' else ''}" if server else None
    plain = {
        "provider": provider, "model": "m", "base_url": address, "champion": "old", "tickets": 20,
        "repeats": 2, "parallel": 4, "temperature": 1.0, "max_tokens": 50, "timeout_seconds": 10,
        "price": {"tokens_in": 1.0, "tokens_out": 2.0}, "max_usd": 9.0, "max_unreadable": 0.1,
        "confidence": 0.95,
    }  # fmt: skip
    candidate = {"generator": "local", "model": "models/base", "tickets": "t.parquet"}
    return Params.from_values(
        {
            "judge": plain | fields,
            "seed": 7,
            "hosted": {},
            "candidates": dict.fromkeys(("old", "new"), candidate),
        }
    )


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
    monkeypatch.chdir(tmp_path)


def honest(first: str, second: str) -> str:
    if first.startswith(GOOD) == second.startswith(GOOD):
        return says("tie")
    return says("first" if first.startswith(GOOD) else "second")


class Wavering:
    """Honest, but for a share of its answers, which are drawn by lot."""

    def __init__(self, share: float) -> None:
        self.share, self.draw = share, random.Random(3)

    def __call__(self, first: str, second: str) -> str:
        if self.draw.random() < self.share:
            return says(self.draw.choice(["first", "second"]))
        return honest(first, second)


class Leaning(Wavering):
    """Honest, but for a share of its answers, in which the first is always better."""

    def __call__(self, first: str, second: str) -> str:
        return says("first") if self.draw.random() < self.share else honest(first, second)


def judged(paths: Paths, script: Any, **fields: Any) -> dict[str, Any]:
    with judge_server(script) as server:
        run(params(server, **fields), paths)
    report: dict[str, Any] = read_json(paths.report("judge.json"))
    return report


def test_an_honest_judge_adds_no_variance_of_its_own(tmp_path: Path) -> None:
    report = judged(company(tmp_path), honest)
    assert report["usable"]
    new = report["challengers"]["new"]
    assert (new["n"], new["asked"], new["unreadable"]) == (20, 80, 0)
    assert new["win_rate"]["mean"] == 0.75
    assert new["win_rate"]["low"] < 0.75 < new["win_rate"]["high"]
    assert new["variance"]["judge"] == new["flip_rate"] == new["repeat_disagreement"] == 0.0
    assert new["variance"]["answers"] == pytest.approx(0.75 * 0.25 * 20 / 19, abs=1e-4)
    assert report["margin_widening"] == new["margin_widening"] == 0.0


def test_the_planted_bias_for_the_first_is_found(tmp_path: Path) -> None:
    """With share s, standing first is worth s: E[score | first] - E[score | second] = s."""
    report = judged(company(tmp_path, 100), Leaning(0.4), tickets=100, parallel=1)
    new = report["challengers"]["new"]
    assert new["position_bias"]["mean"] == pytest.approx(0.4, abs=0.1)
    assert new["position_bias"]["low"] > 0.2
    # both orders weigh alike, so the win rate is pulled to a half and not to either side
    assert new["win_rate"]["mean"] == pytest.approx(0.6 * 0.75 + 0.4 * 0.5, abs=0.08)
    assert new["flip_rate"] > 0.25


def test_the_planted_noise_is_told_from_how_far_tickets_differ(tmp_path: Path) -> None:
    """With share s drawn by lot, a cell's variance is s(1-s)·(distance to the middle)² + s/4."""
    report = judged(company(tmp_path, 100), Wavering(0.5), tickets=100, repeats=3, parallel=1)
    new = report["challengers"]["new"]
    noise = 0.5 * 0.5 * 0.25 + 0.5 * 0.25  # of one answer: the lot's, and its distance to honest
    assert new["variance"]["noise"] == pytest.approx(noise, rel=0.2)
    assert new["variance"]["judge"] == pytest.approx(noise / 6, rel=0.35)
    assert new["variance"]["answers"] == pytest.approx(0.25 * 0.75 * 0.25, rel=0.35)
    assert abs(new["position_bias"]["mean"]) < 0.12
    assert new["margin_widening"] == pytest.approx(1.96 * new["se"]["judge"], abs=1e-4)
    assert report["margin_widening"] == new["margin_widening"] > 0.02


def test_more_repeats_narrow_what_the_judge_adds(tmp_path: Path) -> None:
    few = judged(company(tmp_path / "few", 60), Wavering(0.5), tickets=60, parallel=1)
    many = judged(company(tmp_path / "many", 60), Wavering(0.5), tickets=60, repeats=8, parallel=1)
    assert many["margin_widening"] < 0.7 * few["margin_widening"]


def test_prose_ends_in_one_clear_line_and_is_never_a_tie(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = company(tmp_path)
    with judge_server(lambda *_: "Both replies have their merits.") as server:
        run(params(server), paths)
    report = read_json(paths.report("judge.json"))
    assert report["usable"] is False
    assert report["margin_widening"] == 0.0
    assert report["challengers"]["new"]["n"] == 0
    table = read_table(paths.judgements, JUDGEMENT)
    assert set(table["failed"]) == {"unreadable: no JSON"}
    assert table["verdict"].null_count() == table.height
    # twelve answers in prose are enough: the other 68 questions are not paid for
    assert len(server.received) == table.height == 12
    [line] = [line for line in capsys.readouterr().err.splitlines() if "in the form" in line]
    assert line.startswith("judge: 12 of 12 answers of openai:/m are not in the form that was ask")
    assert "set `judge: null`" in line
    assert "merits" not in line


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ('{"rationale": "It", "resu', "unreadable: no JSON"),
        ('{"verdict": "first"}', "unreadable: KeyError in its JSON"),
        ('["first"]', "unreadable: TypeError in its JSON"),
        (says("the former"), "unreadable: none of first, second, tie"),
        ("", "unreadable: no JSON"),
    ],
)
def test_an_answer_in_another_form_is_counted_as_unreadable(
    tmp_path: Path, text: str, failed: str
) -> None:
    answers = iter(range(10**6))

    def script(first: str, second: str) -> str:
        return honest(first, second) if next(answers) else text

    report = judged(company(tmp_path), script)
    assert report["usable"]
    new = report["challengers"]["new"]
    assert new["unreadable"] == 1
    # its ticket has a gap in one order and counts for nothing
    assert new["n"] == 19
    failures = read_table(Paths(tmp_path).judgements, JUDGEMENT)["failed"].drop_nulls().to_list()
    assert failures == [failed]


def test_a_connection_cut_in_the_answer_stops_the_stage_and_loses_no_other_answer(
    tmp_path: Path,
) -> None:
    paths = company(tmp_path)
    answers = iter(range(10**6))
    with judge_server(lambda *both: honest(*both) if next(answers) != 5 else None) as server:
        with pytest.raises(JudgingFailed, match=r"1 of 80 questions to openai:/m got no answer"):
            run(params(server), paths)
        asked = len(server.received)
        run(params(server), paths)
        assert len(server.received) == asked + 1
    assert read_json(paths.report("judge.json"))["challengers"]["new"]["n"] == 20


def test_a_second_run_pays_nothing_and_writes_the_same(tmp_path: Path) -> None:
    paths = company(tmp_path)
    with judge_server(Wavering(0.5)) as server:
        run(params(server), paths)
        first = paths.report("judge.json").read_bytes(), paths.judgements.read_bytes()
        assert len(server.received) == 80
        run(params(server), paths)
        assert len(server.received) == 80
        assert (paths.report("judge.json").read_bytes(), paths.judgements.read_bytes()) == first
        # another question is new, and what was known of the rest stays
        run(params(server, repeats=3), paths)
        assert len(server.received) == 120


def test_no_question_is_asked_that_could_go_past_the_cap(tmp_path: Path) -> None:
    paths = company(tmp_path)
    # a question is some 5,000 bytes at the most, so 0.0051 dollars beforehand and 0.00012 after
    with judge_server(honest) as server:
        with pytest.raises(JudgingFailed, match=r"max_usd is 0\.022: .* judge\.tickets to \d+, wh"):
            run(params(server, max_usd=0.022), paths)
        assert 0 < len(server.received) < 80
        spent = sum(usd for _, usd in Store(paths.judge_answers).known.values())
        assert spent == pytest.approx(len(server.received) * 0.00012)
        assert spent <= 0.022
        asked = len(server.received)
        with pytest.raises(JudgingFailed, match="max_usd is 0"):
            run(params(server, max_usd=0.0), paths)
        assert len(server.received) == asked


def test_without_a_key_nothing_is_asked_and_the_variable_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with judge_server(honest) as server:
        with pytest.raises(ParamsError, match="the environment has no OPENAI_API_KEY"):
            run(params(server), company(tmp_path))
        assert server.received == []


def test_switched_off_it_says_so_and_needs_no_drafts(tmp_path: Path) -> None:
    off = params(None).model_copy(update={"judge": None})
    run(off, Paths(tmp_path))
    report = read_json(Paths(tmp_path).report("judge.json"))
    assert report["judge"] is None
    assert report["usable"] is False
    assert report["margin_widening"] == 0.0
    assert read_table(Paths(tmp_path).judgements, JUDGEMENT).is_empty()


def test_an_anthropic_endpoint_judges_as_well(tmp_path: Path) -> None:
    with judge_server(honest) as server:
        run(params(server, provider="anthropic"), company(tmp_path))
    assert set(server.paths) == {"/v1/messages"}
    assert server.headers[0]["x-api-key"] == "sk-test"
    report = read_json(Paths(tmp_path).report("judge.json"))
    assert report["challengers"]["new"]["win_rate"]["mean"] == 0.75


def test_the_judge_is_shown_question_policy_and_drafts_and_no_name(tmp_path: Path) -> None:
    with judge_server(honest) as server:
        run(params(server), company(tmp_path))
    assert set(server.paths) == {"/v1/chat/completions"}
    for body in server.received:
        said = json.dumps(body)
        assert "You have 14 days." in said
        # who asked, who answered, and which ticket it was are nobody's business
        for secret in ("C-0000", "agent-1", '"T-'):
            assert secret not in said
        assert body["temperature"] == 1.0
        assert body["max_tokens"] == 50
    assert not list(tmp_path.glob("mlruns*"))
    assert not list(tmp_path.glob("*.db"))


def test_drafts_that_are_held_back_are_not_judged(tmp_path: Path) -> None:
    paths = company(tmp_path)
    held = read_table(paths.drafts("new"), DRAFT).with_columns(
        abstained=pl.col("ticket_id") == "T-3", text=pl.col("text").str.replace(".* new 4", "")
    )
    write_table(paths.drafts("new"), held, DRAFT)
    assert judged(paths, honest)["challengers"]["new"]["n"] == 18


def test_a_line_torn_by_a_kill_costs_its_own_answer_alone(tmp_path: Path) -> None:
    store = Store(tmp_path / "answers.jsonl")
    store.keep([("a", Answer("tie"), 0.1), ("b", Answer("first"), 0.2)])
    whole = store.path.read_bytes()
    store.path.write_bytes(whole[:-20])
    again = Store(store.path)
    assert set(again.known) == {"a"}
    again.keep([("c", Answer("second"), 0.3), ("d", Answer(None, "lost: timeout"), 0.0)])
    assert set(Store(store.path).known) == {"a", "c"}


def test_a_champion_that_does_not_compete_is_refused(tmp_path: Path) -> None:
    values = params(None).model_dump(mode="json")
    values["judge"]["champion"] = "gpt"
    (tmp_path / "params.yaml").write_text(json.dumps(values))
    with pytest.raises(ParamsError, match=r"judge\.champion is 'gpt', which is no candidate"):
        load_section(tmp_path / "params.yaml", Params)


def test_the_parts_of_the_variance_are_found_over_many_simulated_judges() -> None:
    """Answers vary with .04, order with .01, noise with .09; the mean of the estimates says so."""
    draw = np.random.default_rng(5)
    tickets, repeats, found = 60, 3, []
    for _ in range(200):
        answers = draw.normal(0.5, 0.2, (tickets, 1, 1))
        order = np.array([0.05, -0.05])[None, :, None] + draw.normal(0, 0.1, (tickets, 2, 1))
        noise = draw.normal(0, 0.3, (tickets, 2, repeats))
        found.append(decompose(answers + order + noise, 0.95, 7))
    means = {
        part: np.mean([one["variance"][part] for one in found]) for part in found[0]["variance"]
    }
    assert means["answers"] == pytest.approx(0.04, rel=0.05)
    assert means["noise"] == pytest.approx(0.09, rel=0.05)
    assert means["order"] == pytest.approx(0.01, rel=0.4)  # cut off at nothing, so a little high
    assert means["judge"] == pytest.approx((0.01 + 0.03) / 2, rel=0.05)
    bias = np.mean([one["position_bias"]["mean"] for one in found])
    assert bias == pytest.approx(0.1, abs=0.01)
    covered = np.mean(
        [one["position_bias"]["low"] < 0.1 < one["position_bias"]["high"] for one in found]
    )
    assert 0.9 < covered < 0.99


def test_one_ticket_is_too_few_to_say_anything() -> None:
    found = decompose(np.ones((1, 2, 2)), 0.95, 7)
    assert found["n"] == 1
    assert found["win_rate"] is None
