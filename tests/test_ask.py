"""Stage ask@CANDIDATE, against a provider on loopback."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from drafter.drafter import Drafter
from drafter.errors import BadInput, CapReached, KeyMissing, ParamsError
from drafter.hosted.answers import Answers
from drafter.live import PSEUDONYMS_FILE, LiveDrafter
from drafter.records import CURATED, RETRIEVED
from drafter.spec import Parts, Spec, pack
from drafter.tables import read_json, read_table, write_json, write_table
from tasks.candidates import all_names
from tasks.keys import check_keys
from tasks.paths import SPLITS, Paths
from tests.canaries import ORDER_PATTERN, canaries, plant
from tests.checkout import make_checkout, python
from tests.curating import curated as curated_by_the_stage
from tests.curating import letters
from tests.factories import curated_table, retrieved_table
from tests.hosted_server import HostedServer, says, status, waits
from tests.hosting import (
    KEY,
    PROVIDERS,
    TICKETS,
    asked,
    hosted,
    make_guard,
    make_root,
    report,
    set_params,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_ticket_gets_a_draft_in_the_tickets_order_with_its_cost(
    root: Path, server: HostedServer, provider: str
) -> None:
    set_params(root, gpt=hosted(server.url, provider))
    drafts = asked(root)
    tickets = read_table(root / "data/curated/holdout.parquet", CURATED)
    assert drafts["ticket_id"].to_list() == tickets["ticket_id"].to_list()
    assert set(drafts["text"]) == {"You have 30 days."}
    assert drafts["cost_usd"].sum() == pytest.approx(TICKETS * 0.003)
    said = report(root)
    assert (said["asked"], said["kept_from_before"], said["failed"]) == (TICKETS, 0, {})
    assert said["spent_usd"] == said["answers_usd"] == pytest.approx(TICKETS * 0.003)
    assert said["served_as"][0].startswith("writer-1-2026")
    timings = read_json(Paths(root).timings("gpt"))
    assert len(timings["seconds"]) == TICKETS
    assert 0 < timings["seconds_p50"] <= timings["seconds_p95"]


def test_a_draft_that_the_guard_holds_back_is_no_failure(root: Path, server: HostedServer) -> None:
    server.script = [says("Better ask a lawyer.")]
    set_params(root, gpt=hosted(server.url, concurrency=1))
    drafts = asked(root)
    held = drafts.filter(pl.col("abstained"))
    assert held.select("text", "reason").rows() == [("Better ask a lawyer.", "guard: legal")]
    assert report(root)["failed"] == {}


def test_told_twice_it_asks_once_and_writes_the_same_drafts(
    root: Path, server: HostedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    set_params(root, gpt=hosted(server.url))
    first = asked(root)
    files = sorted((root / "data/answers/gpt").iterdir())
    set_params(root, gpt=hosted(server.url, max_usd=0))
    assert asked(root).equals(first)
    assert len(server.received) == TICKETS
    assert report(root)["spent_usd"] == 0
    assert sorted((root / "data/answers/gpt").iterdir()) == files, "DVC would see a change"
    assert "0 answers asked for and 12 kept from before; $0.0000 spent" in capsys.readouterr().out


def test_a_failed_draft_says_why_and_is_counted(root: Path, server: HostedServer) -> None:
    set_params(root, gpt=hosted(server.url, concurrency=1))
    server.script = [says(stop="length"), status(500), says("")]
    drafts = asked(root)
    reasons = drafts["reason"].to_list()
    assert reasons[:4] == [
        "failed: max_tokens", "failed: HTTP 500, server error", "failed: empty", None,
    ]  # fmt: skip
    assert drafts["text"][:3].to_list() == ["", "", ""]
    assert not any(drafts["abstained"])
    assert report(root)["failed"] == {"max_tokens": 1, "HTTP 500, server error": 1, "empty": 1}
    # what was paid for costs, what was not doesn't
    assert drafts["cost_usd"][:3].to_list() == pytest.approx([0.003, 0, 0.003])


def test_the_cap_stops_the_stage_with_one_line_and_the_next_run_goes_on(
    root: Path, server: HostedServer
) -> None:
    set_params(root, gpt=hosted(server.url, max_usd=0.03, concurrency=1))
    expected = r"spent; \d+ of 12 answers are there and kept, the other \d+ take about \$0\.\d\d"
    with pytest.raises(CapReached, match=expected) as stopped:
        asked(root)
    assert "raise hosted.gpt.max_usd (0.03)" in str(stopped.value)
    there = len(Answers(root / "data/answers/gpt"))
    assert 0 < there < TICKETS
    assert not Paths(root).drafts("gpt").exists()
    set_params(root, gpt=hosted(server.url, max_usd=1))
    asked(root)
    assert len(server.received) == TICKETS
    assert report(root)["kept_from_before"] == there


def test_killed_at_any_moment_it_pays_for_no_answer_twice(root: Path, server: HostedServer) -> None:
    set_params(root, gpt=hosted(server.url, concurrency=1))
    server.script = [waits(0.3)] * TICKETS
    command = [sys.executable, "-m", "tasks.ask", "--root", str(root), "--candidate", "gpt"]
    process = subprocess.Popen(command, env=os.environ)
    deadline = time.monotonic() + 60
    while len(server.received) < 5:
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = len(Answers(root / "data/answers/gpt"))
    assert kept >= 3
    server.script = []
    before = len(server.received)
    assert asked(root).height == TICKETS
    assert len(server.received) - before == TICKETS - kept


def test_run_by_dvc_what_was_paid_for_outlives_every_change(
    root: Path, server: HostedServer
) -> None:
    make_checkout(root / "mill")
    mill = root / "mill"
    shutil.copytree(root / "data", mill / "data", dirs_exist_ok=True)
    shutil.copytree(root / "models", mill / "models", dirs_exist_ok=True)
    text = (mill / "params.yaml").read_text()

    def turn(**fields: Any) -> None:
        entry = json.dumps({"gpt": hosted(server.url, **fields)})
        (mill / "params.yaml").write_text(text.replace("hosted: {}", f"hosted: {entry}"))
        done = python(mill, "-m", "dvc", "repro", "--single-item", "ask@gpt")
        assert done.returncode == 0, done.stderr

    turn()
    turn(model="writer-2")
    assert len(server.received) == 2 * TICKETS
    turn(timeout=30.0)
    assert len(server.received) == 2 * TICKETS, "the first model is not asked again"


# what stops it before any work


def test_a_missing_key_stops_before_any_work_and_names_the_variable(
    root: Path, server: HostedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEST_KEY")
    set_params(root, gpt=hosted(server.url), claude=hosted(server.url, key="OTHER_KEY"))
    shutil.rmtree(root / "data")
    with pytest.raises(KeyMissing, match=r"TEST_KEY is not set \(hosted.gpt\)"):
        asked(root)
    with pytest.raises(KeyMissing, match=r"OTHER_KEY is not set .*TEST_KEY is not set"):
        check_keys(root)
    assert not server.received


def test_without_hosted_candidates_no_key_is_asked_for(root: Path) -> None:
    set_params(root)
    check_keys(root)
    with pytest.raises(ParamsError, match="hosted has no 'gpt'; there are none"):
        asked(root)


def test_a_setting_that_could_make_a_call_dearer_is_refused(root: Path) -> None:
    set_params(root, gpt=hosted("http://x", settings={"n": 5}))
    with pytest.raises(ParamsError, match=r"hosted.gpt.settings: .*n can't be set; there are"):
        asked(root)
    set_params(root, gpt=hosted("http://x", settings={"n": 5}, key="sk-pasted-by-mistake"))
    with pytest.raises(ParamsError) as refused:
        asked(root)
    assert "sk-pasted" not in str(refused.value)


def test_one_name_for_two_candidates_is_refused() -> None:
    with pytest.raises(ParamsError, match="rag stands in candidates and in hosted"):
        all_names(["base", "rag"], ["rag"])


def test_an_empty_holdout_is_named(root: Path, server: HostedServer) -> None:
    set_params(root, gpt=hosted(server.url))
    write_table(root / "data/curated/holdout.parquet", curated_table([]), CURATED)
    with pytest.raises(BadInput, match="holds no ticket"):
        asked(root)


# what leaves the machine


@pytest.mark.parametrize("provider", PROVIDERS)
def test_only_pseudonymised_text_leaves_the_machine(
    tmp_path: Path, server: HostedServer, provider: str
) -> None:
    """From raw tickets with canaries, through curation, to the bytes that the server received."""
    make_guard(tmp_path)
    birds = canaries(120)
    rows = plant(letters(40), birds)
    rules = {"order_patterns": [ORDER_PATTERN], "default_region": "US", "keep": []}
    curated_by_the_stage(tmp_path, rows, pseudonyms=rules)
    splits = [read_table(Paths(tmp_path).curated(split), CURATED) for split in SPLITS]
    everyone = pl.concat(splits)
    write_table(tmp_path / "data/curated/holdout.parquet", everyone, CURATED)
    set_params(tmp_path, gpt=hosted(server.url, provider, concurrency=8))
    assert asked(tmp_path).height == everyone.height > 30

    sent = b"\n".join(one.body for one in server.received).decode().lower()
    raw = str(rows).lower()
    assert all(bird.value.lower() in raw for bird in birds), "they were planted"
    assert "[email_1]" in sent
    assert [bird.value for bird in birds for form in bird.forms if form.lower() in sent] == []
    assert "customer-" not in sent
    kept = "".join(path.read_text() for path in tmp_path.glob("data/answers/**/*.jsonl"))
    assert KEY not in kept


def test_a_served_hosted_drafter_hides_what_is_personal_and_puts_it_back(
    root: Path, server: HostedServer
) -> None:
    set_params(root, gpt=hosted(server.url, batch=True))
    asked(root)
    spec = Spec(**read_json(Paths(root).drafter("gpt")))
    folder = pack(
        spec,
        Parts.of(spec, None, root / "base", root / "models/index", root / "rules.yaml"),
        root / "packed",
    )
    rules = {"order_patterns": ["MB-[0-9]{6}"], "default_region": "US", "keep": []}
    write_json(folder / PSEUDONYMS_FILE, rules)
    assert KEY not in (folder / "drafter.json").read_text()

    before = len(server.received)
    server.script = [says("Dear [NAME_1], order [ORDER_1] is on its way.")]
    text = "Where is MB-123456? Write to zora@quil.example. Yours, Zora Quil"
    ticket = {"messages": [{"role": "customer", "text": text}], "names": ["Zora Quil"]}
    live = LiveDrafter.load(folder)
    [reply] = live.reply([ticket])
    assert "Zora" in reply["text"]
    assert "MB-123456" in reply["text"]
    [sent] = [one.body.decode() for one in server.received[before:]]
    assert not [value for value in ("MB-123456", "zora", "Zora", "Quil") if value in sent]
    live.drafter.generator.close()  # type: ignore[attr-defined]


def test_a_served_hosted_drafter_without_a_key_names_the_variable(
    root: Path, server: HostedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_params(root, gpt=hosted(server.url))
    asked(root)
    spec = Spec(**read_json(Paths(root).drafter("gpt")))
    monkeypatch.delenv("TEST_KEY")
    with pytest.raises(KeyMissing, match="TEST_KEY is not set"):
        Drafter.open(spec, Parts())


def test_policy_clauses_go_along_where_the_table_has_them(
    root: Path, server: HostedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.factories import retrieved

    monkeypatch.setattr("tasks.ask.run.seconds_of_retrieval", lambda *_: 0.25)
    chunk = {"chunk_id": "returns#1", "doc_id": "returns", "title": "Returns", "clause": "1",
             "text": "You have 30 days.", "url": None}  # fmt: skip
    table = retrieved_table([retrieved(n, chunks=[chunk]) for n in range(3)])
    write_table(root / "data/retrieved/holdout.parquet", table, RETRIEVED)
    entry = hosted(server.url, tickets="data/retrieved/holdout.parquet", instruction="Be brief.")
    set_params(root, gpt=entry)
    drafts = asked(root)
    [system] = {one.json["messages"][0]["content"] for one in server.received}
    assert system == "Be brief.\n\nReturns: You have 30 days."
    assert drafts["citations"].to_list() == [["returns#1"]] * 3
    timings = read_json(Paths(root).timings("gpt"))
    assert min(timings["seconds"]) > 0.25, "an agent waits for the retrieval too"
