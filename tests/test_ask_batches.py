"""Stage ask@CANDIDATE by batches, against a provider on loopback."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from drafter.errors import BadInput, CapReached, DraftingFailed
from drafter.hosted.answers import Answers
from drafter.tables import read_json, write_json
from tasks.paths import Paths
from tests.hosted_server import HostedServer
from tests.hosting import PROVIDERS, TICKETS, asked, hosted, make_root, report, set_params


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_batch_gives_the_same_drafts_and_no_wait(
    root: Path, server: HostedServer, provider: str
) -> None:
    set_params(root, gpt=hosted(server.url, provider, batch=True))
    server.looks_until_done = 3
    drafts = asked(root)
    assert drafts["text"].to_list() == [f"batch {place}" for place in range(TICKETS)]
    assert len(server.batches) == 1
    assert not [one for one in server.received if one.path.endswith(("messages", "completions"))]
    timings = read_json(Paths(root).timings("gpt"))
    assert timings["seconds"] == []
    assert timings["seconds_p50"] is None
    assert report(root)["asked"] == TICKETS
    assert not Paths(root).batch_note("gpt").exists()
    asked(root)
    assert len(server.batches) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_batch_that_was_under_way_at_a_kill_is_gone_on_with(
    root: Path, server: HostedServer, provider: str
) -> None:
    set_params(root, gpt=hosted(server.url, provider, batch=True))
    server.looks_until_done = 10**6
    command = [sys.executable, "-m", "tasks.ask", "--root", str(root), "--candidate", "gpt"]
    process = subprocess.Popen(command, env=os.environ)
    deadline = time.monotonic() + 60
    note = Paths(root).batch_note("gpt")
    while not note.exists() or read_json(note)["id"] is None:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    server.looks_until_done = 0
    assert asked(root)["text"].to_list() == [f"batch {place}" for place in range(TICKETS)]
    assert len(server.batches) == 1, "it was paid for already"
    assert report(root)["spent_usd"] == pytest.approx(TICKETS * 0.003)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_a_batch_has_no_answer_for_has_failed_and_is_not_asked_at_the_full_price(
    root: Path, server: HostedServer, provider: str
) -> None:
    set_params(root, gpt=hosted(server.url, provider, batch=True))
    server.lose = {2, 7}
    drafts = asked(root)
    lost = [place for place, text in enumerate(drafts["text"]) if not text]
    assert lost == [2, 7]
    assert drafts["reason"][2].startswith("failed: batch: ")
    assert not [one for one in server.received if one.path.endswith(("messages", "completions"))]


def test_as_many_as_the_cap_allows_go_into_one_batch(root: Path, server: HostedServer) -> None:
    set_params(root, gpt=hosted(server.url, batch=True, max_usd=0.03))
    with pytest.raises(CapReached, match="answers are there and kept"):
        asked(root)
    assert len(server.batches) > 1, "what a batch did not use is used by the next"
    kept = len(Answers(root / "data/answers/gpt"))
    assert kept == sum(map(len, server.batches.values()))
    assert 0.003 * kept <= 0.03


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_batch_whose_id_never_came_is_looked_for_by_a_person_and_not_paid_twice(
    root: Path, server: HostedServer, provider: str
) -> None:
    set_params(root, gpt=hosted(server.url, provider, batch=True))
    server.break_submits = True
    with pytest.raises(DraftingFailed, match=r"^cut: a batch of 12 requests .*look there"):
        asked(root)
    with pytest.raises(BadInput, match=r"write its id into .*gpt.batch.json"):
        asked(root)
    note = Paths(root).batch_note("gpt")
    write_json(note, read_json(note) | {"id": "batch-0"})
    server.break_submits = False
    assert asked(root)["text"].to_list() == [f"batch {place}" for place in range(TICKETS)]
    assert len(server.batches) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_key_that_is_refused_does_not_forget_a_batch(
    root: Path, server: HostedServer, provider: str
) -> None:
    set_params(root, gpt=hosted(server.url, provider, batch=True))
    note = Paths(root).batch_note("gpt")
    write_json(note, {"id": "batch-0", "requests": {}})
    server.refuse = 401
    with pytest.raises(DraftingFailed, match=r"HTTP 401, the key is refused.*not forgotten"):
        asked(root)
    assert note.exists()


def test_a_batch_that_the_provider_no_longer_has_is_asked_anew(
    root: Path, server: HostedServer
) -> None:
    set_params(root, gpt=hosted(server.url, batch=True))
    note = {"id": "batch-gone", "requests": {"9f": 0.1}}
    write_json(Paths(root).batch_note("gpt"), note)
    with pytest.raises(DraftingFailed, match=r"no longer has it .*run again to ask anew"):
        asked(root)
    assert asked(root).height == TICKETS
