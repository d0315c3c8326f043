"""Interrupted at any step, or killed at any moment, `make forget` finishes when told again."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from drafter.errors import BadInput, NotForgotten
from drafter.versions import FORGOTTEN_TAG
from tasks.forget import apply, run
from tests.forget_root import REPOSITORY, WORDS, contents, make_company
from tests.promoting import MODEL, Published
from tests.stores import new_store
from tests.test_forget_store import fill, rows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

GONE = ("lonely", "curlew", "una@home.example", "C-00002", "whistling")
STEPS = ("remove", "delete_traces", "clean_index", "drop_adapter", "clean_kept", "forget_rows",
         "rebuild", "_cache", "_left", "leave_no_byte")  # fmt: skip


def test_interrupted_after_any_step_it_finishes_when_told_again(
    company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in STEPS:
        with monkeypatch.context() as patch:
            whole = getattr(apply, step)

            def torn(*given: Any, whole: Any = whole, **more: Any) -> Any:
                whole(*given, **more)
                raise KeyboardInterrupt

            patch.setattr(apply, step, torn)
            with pytest.raises(KeyboardInterrupt):
                run.run("C-00002", True, company)
        pending = company / "var/forget/pending.json"
        assert pending.stat().st_mode & 0o777 == 0o600
        with pytest.raises(BadInput, match="another customer is being forgotten since 20"):
            run.run("C-00001", True, company)
    run.run("una@home.example", True, company)
    for path, data in contents(company).items():
        for text in GONE:
            assert text.encode() not in data, (path, text)
    assert FORGOTTEN_TAG in version_tags(company)


def test_killed_at_any_moment_it_finishes_when_told_again(
    company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    command = [sys.executable, "-m", "tasks.forget", "--root", str(company), "--customer",
               "C-00002", "--apply"]  # fmt: skip
    killed = 0
    for tenths in range(15, 400, 10):
        process = subprocess.Popen(command, cwd=REPOSITORY, env=dict(os.environ),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # fmt: skip
        time.sleep(tenths / 10)
        if process.poll() is None:
            process.kill()
            killed += 1
        _, errors = process.communicate()
        if process.returncode != -9:
            assert process.returncode == 0, errors.decode()
            break
    assert killed >= 3
    for path, data in contents(company).items():
        for text in GONE:
            assert text.encode() not in data, (path, text)
    assert FORGOTTEN_TAG in version_tags(company)


PLANTED: dict[str, bytes] = {
    "var/log/desk.log": f"said: whistles like a {WORDS} at four in the morning".encode(),
    "models/notes.json": json.dumps({"mail": "una@home.example"}).encode(),
    "var/some/T-2.txt": b"",
}


def test_a_planted_remainder_is_found_and_named(company: Path) -> None:
    for name, data in PLANTED.items():
        (company / name).parent.mkdir(parents=True, exist_ok=True)
        (company / name).write_bytes(data)
    with pytest.raises(NotForgotten) as failure:
        run.run("C-00002", True, company)
    for name in ("var/log/desk.log", "models/notes.json"):
        assert name in str(failure.value)
    assert WORDS not in str(failure.value)
    assert "una@" not in str(failure.value)
    assert (company / "var/forget/pending.json").is_file()
    for name in PLANTED:
        (company / name).unlink()
    run.run("C-00002", True, company)
    assert not (company / "var/forget").exists()


def test_told_again_it_finds_nothing_and_an_adapter_goes_once_its_version_serves_no_more(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run.run("C-00002", True, company)
    uri = f"sqlite:///{company / 'var/mlflow/mlflow.db'}"
    published = Published(uri, None)  # type: ignore[arg-type]
    source = published.client.get_model_version(MODEL, "1").source
    adapter = Path(source.removeprefix("file://")) / "artifacts/drafter/adapter"
    capsys.readouterr()
    run.run("C-00002", True, company)
    assert "nothing holds them" in capsys.readouterr().out
    assert adapter.is_dir(), "it serves"
    published.promote("3")
    run.run("C-00002", True, company)
    told = capsys.readouterr().out
    assert "1: marked before, and its adapter is still there" in told
    assert "version 1: its adapter is deleted" in told
    assert not adapter.exists()


def test_a_store_in_postgresql_is_emptied_and_searched_too(
    company: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (company / "var/desk/feedback.db").unlink()
    with new_store("postgresql", company) as url:
        made = fill(url)
        monkeypatch.setenv("REPLYMILL_FEEDBACK_URL", url)
        run.run("C-00002", True, company)
        assert [row["id"] for row in rows(url)["drafts"]] == [made["jo"]]
    assert "and 5 rows of the desk's store" in capsys.readouterr().out


def version_tags(root: Path) -> dict[str, str]:
    """Of the version that serves."""
    uri = f"sqlite:///{root / 'var/mlflow/mlflow.db'}"
    client = Published(uri, None).client  # type: ignore[arg-type]
    return dict(client.get_model_version(MODEL, "1").tags)


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return make_company(tmp_path / "company", monkeypatch)
