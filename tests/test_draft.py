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
import yaml

from drafter.drafter import Drafter
from drafter.errors import BadInput, ModelUnavailable, ParamsError
from drafter.records import CURATED, DRAFT
from drafter.section import load_section
from drafter.spec import Parts, Spec, pack, prompt_digest
from drafter.tables import read_json, read_table, write_json, write_table
from tasks.draft.params import Params
from tasks.draft.run import run
from tasks.paths import Paths
from tests.factories import curated, curated_table, retrieved, retrieved_table
from tests.guarded import RULES, make_index, make_rules
from tests.models import make_adapter, make_base

CANDIDATES = {
    "base": {
        "generator": "local",
        "model": "models/base",
        "tickets": "data/curated/holdout.parquet",
    },
    "sft": {"generator": "local", "model": "models/sft", "tickets": "data/curated/holdout.parquet"},
}
CHUNK = {
    "chunk_id": "returns#1",
    "doc_id": "returns",
    "title": "Returns",
    "clause": "1",
    "text": "Returns: you have 30 days.",
    "url": None,
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    make_adapter(root / "sft", make_base(root / "base"), seed=1)
    make_index(root / "index")
    return root


@pytest.fixture
def root(tmp_path: Path, models: Path) -> Path:
    shutil.copytree(models, tmp_path / "models")
    rows = [
        curated(n, question="Where is my parcel? " + "Please. " * (n % 7)) for n in range(1, 12)
    ]
    write_table(tmp_path / "data/curated/holdout.parquet", curated_table(rows), CURATED)
    values = {
        "draft": {
            "chunks": 2, "max_new_tokens": 8, "batch_size": 4, "device": "cpu", "threads": 1,
            "timed": 3,
        },
        "candidates": CANDIDATES,
        "rules": "rules.yaml",
    }  # fmt: skip
    make_rules(tmp_path / "rules.yaml")
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(values))
    return tmp_path


def drafted(root: Path, candidate: str) -> pl.DataFrame:
    run(load_section(root / "params.yaml", Params), Paths(root), candidate)
    return read_table(Paths(root).drafts(candidate), DRAFT)


def spec(**fields: Any) -> Spec:
    plain = {
        "candidate": "sft-rag", "generator": "local", "retrieves": True, "chunks": 2,
        "max_new_tokens": 8, "batch_size": 4, "prompt": prompt_digest(),
    }  # fmt: skip
    return Spec(**(plain | fields))


def test_every_ticket_gets_a_draft_in_the_tickets_order(root: Path) -> None:
    drafts = drafted(root, "sft")
    tickets = read_table(root / "data/curated/holdout.parquet", CURATED)
    assert drafts["ticket_id"].to_list() == tickets["ticket_id"].to_list()
    assert set(drafts["candidate"]) == {"sft"}
    assert drafts["tokens_in"].min() > 10
    assert drafts["abstained"].to_list() == [not text for text in drafts["text"]]
    assert drafts["text"].to_list() != drafted(root, "base")["text"].to_list()


def test_two_runs_write_the_same_bytes(root: Path) -> None:
    paths = Paths(root)
    drafted(root, "sft")
    first = paths.drafts("sft").read_bytes(), paths.drafter("sft").read_bytes()
    drafted(root, "sft")
    assert (paths.drafts("sft").read_bytes(), paths.drafter("sft").read_bytes()) == first


def test_timings_hold_the_wait_for_one_draft_and_the_pace_of_many(root: Path) -> None:
    drafted(root, "sft")
    timings = read_json(Paths(root).timings("sft"))
    assert len(timings["seconds"]) == 3 == timings["same_text_alone"]
    assert len(set(timings["ticket_ids"])) == 3
    drafted(root, "base")
    assert read_json(Paths(root).timings("base"))["ticket_ids"] == timings["ticket_ids"]
    assert 0 < timings["seconds_p50"] <= timings["seconds_p95"]
    assert timings["drafts"] == 11
    assert timings["drafts_per_second"] > 0


@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on_and_ends_with_the_same_drafts(root: Path) -> None:
    values = yaml.safe_load((root / "params.yaml").read_text())
    values["draft"] |= {"batch_size": 1, "max_new_tokens": 40}
    (root / "params.yaml").write_text(yaml.safe_dump(values))
    undisturbed = drafted(root, "sft")
    Paths(root).drafts("sft").unlink()

    command = [sys.executable, "-m", "tasks.draft", "--root", str(root), "--candidate", "sft"]
    kept_at_kill = []
    for parts in (2, 5):
        process = subprocess.Popen(command, env=os.environ | {"OMP_NUM_THREADS": "1"})
        deadline = time.monotonic() + 90
        while len(kept := list(root.glob("var/drafts/sft/*/*.parquet"))) < parts:
            assert process.poll() is None, "the stage ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        kept_at_kill.append({path: path.stat().st_mtime_ns for path in kept})
    assert not Paths(root).drafts("sft").exists()

    assert drafted(root, "sft").equals(undisturbed)
    assert read_json(Paths(root).timings("sft"))["drafts"] <= 11 - 5
    assert kept_at_kill[0].items() <= kept_at_kill[1].items()
    assert not (root / "var/drafts/sft").exists()


def test_batches_that_were_kept_for_other_inputs_are_not_used(root: Path) -> None:
    stale = root / "var/drafts/sft/0123"
    write_table(stale / "000000.parquet", pl.DataFrame(schema=DRAFT), DRAFT)
    assert drafted(root, "sft").height == 11
    assert not stale.exists()


def test_an_unknown_candidate_names_those_that_there_are(root: Path) -> None:
    with pytest.raises(ParamsError, match="no 'gpt'; there are base, sft"):
        drafted(root, "gpt")


def test_an_unknown_generator_names_its_line(root: Path) -> None:
    text = (root / "params.yaml").read_text().replace("generator: local", "generator: oracle", 1)
    (root / "params.yaml").write_text(text)
    with pytest.raises(ParamsError, match=r"params.yaml:\d+: candidates.base.generator: .*oracle"):
        drafted(root, "base")


def test_an_empty_holdout_and_a_missing_adapter_stop_with_one_line(root: Path) -> None:
    shutil.rmtree(root / "models/sft")
    with pytest.raises(ModelUnavailable, match="models/sft"):
        drafted(root, "sft")
    empty = curated_table([])
    write_table(root / "data/curated/holdout.parquet", empty, CURATED)
    with pytest.raises(BadInput, match="holds no ticket"):
        drafted(root, "base")


def test_policy_is_read_by_those_who_retrieve_and_by_no_other(models: Path) -> None:
    tickets = retrieved_table([retrieved(1, chunks=[CHUNK])])
    parts = Parts(models / "base", models / "sft")
    with_policy = Drafter.open(spec(), parts, "cpu").draft(tickets)
    without = Drafter.open(spec(retrieves=False), parts, "cpu").draft(tickets)
    assert with_policy[0, "tokens_in"] == without[0, "tokens_in"] + len(CHUNK["text"]) + 2
    assert with_policy[0, "citations"].to_list() == ["returns#1"]
    assert without[0, "citations"].to_list() == []


def test_more_chunks_than_the_spec_allows_are_left_out(models: Path) -> None:
    drafter = Drafter.open(spec(chunks=1), Parts(models / "base"), "cpu")
    one = drafter.draft(retrieved_table([retrieved(1, chunks=[CHUNK])]))
    two = drafter.draft(retrieved_table([retrieved(1, chunks=[CHUNK, CHUNK])]))
    assert one.equals(two)


def test_a_packed_drafter_drafts_the_same_text_from_another_folder(
    models: Path, tmp_path: Path
) -> None:
    rules = make_rules(tmp_path / "rules.yaml")
    parts = Parts(models / "base", models / "sft", models / "index", rules)
    folder = pack(spec(retrieves=False), parts, tmp_path / "packed")
    tickets = curated_table([curated(number) for number in range(1, 4)])
    expected = Drafter.open(spec(retrieves=False), parts, "cpu").draft(tickets)
    assert Drafter.load(folder.rename(tmp_path / "moved"), "cpu").draft(tickets).equals(expected)


def test_a_packed_drafter_without_rules_is_refused(models: Path, tmp_path: Path) -> None:
    folder = pack(spec(retrieves=False), Parts(models / "base"), tmp_path / "packed")
    with pytest.raises(ModelUnavailable, match=r"compliance\.yaml is not there.*register it again"):
        Drafter.load(folder)


def test_other_rules_are_other_inputs_and_no_kept_batch_is_used(root: Path) -> None:
    drafted(root, "sft")
    first = Paths(root).drafts("sft").read_bytes()
    make_rules(root / "rules.yaml", RULES.replace("'\\blawyers?\\b'", "'.'"))
    second = drafted(root, "sft")
    assert Paths(root).drafts("sft").read_bytes() != first
    assert set(second["reason"]) == {"guard: legal"}
    assert second["abstained"].all()
    assert second["text"].str.len_chars().min() > 0


def test_a_drafter_that_was_evaluated_with_another_prompt_is_refused(
    models: Path, tmp_path: Path
) -> None:
    folder = pack(spec(prompt="0" * 64), Parts(models / "base"), tmp_path / "packed")
    with pytest.raises(ModelUnavailable, match="with prompt template 000000000000"):
        Drafter.load(folder)
    write_json(folder / "drafter.json", json.loads("{}"))
    with pytest.raises(ModelUnavailable, match="other fields"):
        Drafter.load(folder)
