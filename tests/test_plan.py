"""`make plan`: what a run would do and take, said before it."""

import io
import sys
from contextlib import redirect_stdout
from pathlib import Path

import polars as pl
import pytest

from drafter.errors import ParamsError
from drafter.records import CURATED, DRAFT
from drafter.tables import write_json, write_table
from tasks.dag import Stage
from tasks.paths import Paths
from tasks.plan.__main__ import main
from tasks.plan.forecast import Forecast, forecast, to_ask
from tasks.plan.skipped import why_run
from tasks.plan.table import cells, show, size, total
from tests.factories import curated, curated_table
from tests.hosted_server import TOKENS_IN, TOKENS_OUT, hosted_server, says
from tests.hosting import asked, hosted, make_guard, set_params
from tests.tiny_mill import dvc, make_tiny_mill

STAGES = [
    Stage("curate", "", ()),
    Stage("base", "", ()),
    Stage("sft", "", ("base", "curate")),
    Stage("draft@sft", "", ("sft",)),
    Stage("draft@base", "", ("base",)),
]


def shown(rows: list[Forecast]) -> str:
    text = io.StringIO()
    with redirect_stdout(text):
        show(rows)
    return text.getvalue()


def test_what_dvc_would_skip_is_told_from_what_runs_and_from_what_may_have_to() -> None:
    status = {
        "sft": [{"changed deps": {"params.yaml": {"sft": "modified"}, "tasks/sft": "modified"}}]
    }
    why = why_run(STAGES, status)
    assert why == {
        "curate": None, "base": None, "sft": "code, params", "draft@sft": "after sft",
        "draft@base": None,
    }  # fmt: skip


def test_a_stage_that_never_ran_is_new_whatever_else_dvc_says() -> None:
    entries = [
        {"changed deps": {"params.yaml": {"sft": "new"}, "models/base": "deleted"}},
        {"changed outs": {"models/sft": "deleted"}},
    ]
    assert why_run(STAGES, {"sft": entries})["sft"] == "new"
    assert why_run(STAGES, {"sft": ["changed command"]})["sft"] == "command"


def test_the_plan_of_a_real_mill_follows_dvc(tmp_path: Path) -> None:
    mill = make_tiny_mill(tmp_path / "mill")
    (mill / "params.yaml").write_text("hosted: {}\nrules: rules.yaml\n")
    before = {row.stage: row for row in forecast(Paths(mill))}
    assert {row.why for row in before.values()} == {"new"}
    assert before["first"].bytes is None
    dvc(mill, "repro")
    assert {row.why for row in forecast(Paths(mill))} == {None}

    (mill / "data/left").write_text("by hand")
    write_json(Paths(mill).duration("last"), {"seconds": 90})
    after = {row.stage: row for row in forecast(Paths(mill))}
    assert after["first"].why is after["right"].why is None
    assert after["left"].why == "output edited"
    assert after["last"].why == "data"
    assert after["last"].seconds == 90
    assert after["last"].bytes > 100


def test_what_is_left_to_ask_is_counted_and_then_told_by_the_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_KEY", "x")
    make_guard(tmp_path)
    rows = [curated(n, question=f"Where is parcel {n}?") for n in range(10, 20)]
    write_table(tmp_path / "data/curated/holdout.parquet", curated_table(rows), CURATED)
    with hosted_server() as server:
        entry = hosted(server.url)
        set_params(tmp_path, gpt=entry)
        from tasks.candidates import Hosted

        params = Hosted.from_values(entry)
        first = to_ask("gpt", params, Paths(tmp_path))
        assert (first.left, first.kept) == (10, 0)
        assert 0 < first.usd < first.worst
        assert first.seconds is None

        server.script = [says()] * 10
        asked(tmp_path)
        assert first.worst > 10 * 0.003, "the worst case held"
        done = to_ask("gpt", params, Paths(tmp_path))
        assert (done.left, done.kept, done.usd, done.worst) == (0, 10, 0, 0)

        rows.append(curated(21, question="Where is parcel 21?"))
        write_table(tmp_path / "data/curated/holdout.parquet", curated_table(rows), CURATED)
        one = to_ask("gpt", params, Paths(tmp_path))
        assert one.left == 1
        assert one.tokens == pytest.approx(TOKENS_IN + TOKENS_OUT, rel=0.1)
        assert one.usd == pytest.approx(0.003, rel=0.1)
        assert one.seconds is not None
        assert len(server.received) == 10, "a plan asks nobody"


def test_a_model_without_a_price_is_named_before_the_run(tmp_path: Path) -> None:
    from tasks.candidates import Hosted

    rows = [curated(1)]
    write_table(tmp_path / "data/curated/holdout.parquet", curated_table(rows), CURATED)
    entry = Hosted.from_values(hosted("", base_url=None, usd_per_million=None))
    with pytest.raises(ParamsError, match="knows no price of openai's writer-1"):
        to_ask("gpt", entry, Paths(tmp_path))


def test_tokens_of_a_draft_are_those_of_the_last_run(tmp_path: Path) -> None:
    from tasks.plan.forecast import _tokens

    row = dict.fromkeys(DRAFT) | {"tokens_in": 100, "tokens_out": 7}
    write_table(Paths(tmp_path).drafts("sft"), pl.DataFrame([row] * 3, schema=DRAFT), DRAFT)
    write_json(Paths(tmp_path).timings("training/sft"), {"tokens": 5000})
    assert _tokens("draft", "sft", Paths(tmp_path)) == 321
    assert _tokens("sft", "", Paths(tmp_path)) == 5000
    assert _tokens("draft", "rag", Paths(tmp_path)) is None


def test_the_table_fits_eighty_columns_and_sums_what_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    long = "claude: 1,000,000 to ask, 0 kept; $1234.56 at the very most, max_usd 2000; by batch"
    rows = [
        Forecast("ingest", None, 99, 99, 99.0, 99),
        Forecast("sft", "code, data, params", 630, 123_456_789, None, 15_200_000_000),
        Forecast("draft@a-rather-long-name", "after sft", 30, 1000, None, 10_000),
        Forecast("ask@claude", "new", None, 2_000_000, 1234.56, None, long),
    ]
    text = shown(rows)
    assert max(map(len, text.splitlines())) <= 80
    assert "123,456,789" in text
    assert "run: code, data," in text
    assert "run after sft" in text
    [last] = [line for line in text.splitlines() if line.startswith("total")]
    assert last.split() == ["total", "run", "3", "of", "4", "11.0", "125,457,789", "1234.56", "15",
                            "GB"]  # fmt: skip
    assert "no time known of ask@claude" in text
    assert cells(rows[0]) == [""] * 4


def test_nothing_known_is_not_told_as_nothing() -> None:
    assert total([Forecast("a", "new"), Forecast("b", "new")]).seconds is None
    assert total([]).seconds == 0


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (12_345, "12 kB"), (999_700, "1.0 MB"),
     (3.9e6, "3.9 MB"), (5e15, "5000 TB")],
)  # fmt: skip
def test_sizes_are_read_at_a_glance(count: float, text: str) -> None:
    assert size(int(count)) == text


def test_a_missing_key_is_named_under_the_plan_and_ends_with_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TEST_KEY", raising=False)
    mill = make_tiny_mill(tmp_path / "mill")
    set_params(mill, gpt=hosted("http://x"))
    monkeypatch.setattr(sys, "argv", ["plan", "--root", str(mill)])
    assert main() == 1
    told = capsys.readouterr()
    assert "first" in told.out
    assert "The run would stop at once: TEST_KEY is not set (hosted.gpt)" in told.err
