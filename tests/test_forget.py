"""`make forget` on a small company: it lists, removes, rebuilds, marks, and proves what it says."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from desk.serving.checks import check_drafts, check_evidence, check_files
from drafter.errors import BadInput, NotForgotten, PromotionRefused
from drafter.live import LiveDrafter
from drafter.section import load_section
from drafter.tables import read_json
from drafter.versions import CLEANED_TAG, DRAFTER_TAG, FORGOTTEN_SERVES_TAG, FORGOTTEN_TAG
from tasks.customer_key import customer_key
from tasks.forget import run
from tasks.forget.journal import Journal
from tasks.forget.needles import Needles
from tasks.forget.params import Params
from tasks.forget.person import Person
from tasks.forget.proof import prove, without_anew
from tasks.forget.sources import tables_of
from tasks.forget.store import read_store
from tasks.forget.survey import Where
from tasks.forget.traces import by_client, find_traces
from tasks.forget.versions import Found, find_versions, idle
from tasks.forget.who import Known, find
from tasks.paths import Paths
from tasks.promote.gates import forgotten
from tests.forget_root import SENT, WORDS, contents, dvc, make_company
from tests.forgetting import AMY, HEADER, JO, RULES
from tests.promoting import MODEL, Published

GONE = ("lonely", "curlew", "una@home.example", "C-00002", "whistling")


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return make_company(tmp_path / "company", monkeypatch)


def client(root: Path) -> Any:
    return Published(f"sqlite:///{root / 'var/mlflow/mlflow.db'}", None).client  # type: ignore[arg-type]


def tags(root: Path, number: str) -> dict[str, str]:
    return dict(client(root).get_model_version(MODEL, number).tags)


def packed(root: Path, number: str) -> Path:
    source = client(root).get_model_version(MODEL, number).source
    return Path(source.removeprefix("file://")) / "artifacts/drafter"


def test_without_apply_all_is_listed_and_no_byte_changes(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(company)
    run.run("una@home.example", False, company)
    assert contents(company) == before
    told = capsys.readouterr().out
    for place in (
        "exports/tickets.csv", "data/feedback/desk.csv", "var/prefect/prefect.db",
        "data/retrieved/train.parquet", "reports/decision.html",
        "models/sft", "var/desk/feedback.db", "1 ticket, 1 draft", "tr-", ".dvc/cache",
        "1: its adapter learned from them, its index holds them",
        "3: its index holds them", "champion", "evidence/decision.html",
        "a rebuild runs at most 2 stages, 1.5 minutes",
    ):  # fmt: skip
        assert place in told, place
    for text in (*GONE[:3], "Una"):
        assert text not in told


def test_afterwards_nothing_is_left_of_them_and_all_is_left_of_the_others(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = company / "var/mlflow/artifacts/lost/model/artifacts/drafter"
    shutil.copytree(packed(company, "3"), lost)
    # as `tasks.incumbent` brings the champion's adapter back
    shutil.copytree(company / "models/sft", company / "models/champion")
    run.run("C-00002", True, company)
    told = capsys.readouterr().out
    assert "0 found" in told
    assert "models/champion is deleted: it learned from them" in told
    assert not (company / "models/champion").exists()
    assert not lost.exists(), "of no registered version, and its index held them"
    assert (company / "exports/tickets.csv").read_bytes() == (HEADER + JO + AMY).encode()
    snapshot = (company / "data/feedback/desk.csv").read_text()
    assert ("HD-8" in snapshot, "HD-9" in snapshot) == (True, False)
    for path, data in contents(company).items():
        for text in (*GONE, customer_key("C-00002"), "HD-9"):
            assert text.encode() not in data, (path, text)
    assert b"of others" in (company / "var/prefect/prefect.db").read_bytes()
    assert not list((company / "var/forget").glob("*"))
    assert "up to date" in dvc(company, "status")
    # versions: 1 serves on, clean but for its weights; 2 has lost its adapter; 3 is clean
    serving, other, clean = (tags(company, number) for number in "123")
    assert FORGOTTEN_TAG in serving
    assert FORGOTTEN_SERVES_TAG in serving
    check_evidence(serving, {"decision.json", "scorecard.json", "model_card.md"})
    check_files(packed(company, "1"), serving[DRAFTER_TAG], "nearest")
    assert (packed(company, "1") / "adapter").is_dir()
    with pytest.raises(PromotionRefused, match="learned from customers who were forgotten"):
        check_evidence(other, {"decision.json", "scorecard.json", "model_card.md"})
    gate = forgotten(other)
    assert gate is not None
    assert gate.refusal
    assert not (packed(company, "2") / "adapter").exists()
    assert forgotten(clean) is None
    assert CLEANED_TAG in clean
    check_files(packed(company, "3"), clean[DRAFTER_TAG], "nearest")
    check_drafts(LiveDrafter.load(packed(company, "3")))
    assert client(company).get_registered_model(MODEL).aliases == {"champion": 1}
    # what the desk keeps for its next start is what the registry has
    (kept,) = json.loads((company / "var/desk/models/last_good.json").read_text())
    assert kept == {"version": "1", "candidate": "nearest", "digest": serving[DRAFTER_TAG]}
    check_files(company / f"var/desk/models/1-{kept['digest'][:16]}", kept["digest"], "nearest")
    beside = company / "var/desk/challenger"
    assert [path.name for path in beside.iterdir()] == ["last_good.json"]
    assert json.loads((beside / "last_good.json").read_text()) == []


def test_the_proof_names_every_place_and_no_word_of_theirs(company: Path) -> None:
    uri = f"sqlite:///{company / 'var/mlflow/mlflow.db'}"
    where = Where(Paths(company), f"sqlite:///{company / 'var/desk/feedback.db'}", uri, MODEL)
    tables = tables_of(load_section(company / "params.yaml", Params).ingest, where.paths)
    una = find("C-00002", Known(tables, read_store(where.feedback_url), where.paths, RULES))
    planted = company / "var/log/desk.log.gz"
    planted.parent.mkdir()
    planted.write_bytes(gzip.compress(f"it whistles like a {WORDS} at four in".encode()))
    journal = Journal(where.forgetting, "", [], una, set(), {}, set(), [])
    with pytest.raises(NotForgotten) as failure:
        prove(journal, tables, where, una.needles)
    for place in ("var/log/desk.log.gz", "exports/tickets.csv: 1 rows", "var/mlflow/mlflow.db",
                  "the desk's store: 1 tickets", "data/retrieved/train.parquet"):  # fmt: skip
        assert place in str(failure.value)
    for word in (WORDS, "una@"):
        assert word not in str(failure.value)


def test_where_nothing_holds_them_nothing_is_changed(
    company: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(company)
    run.run("C-77777", True, company)
    assert "nothing holds them" in capsys.readouterr().out
    assert contents(company) == before


def test_a_frozen_stage_is_refused_before_anything_changes(company: Path) -> None:
    dag = yaml.safe_load((company / "dvc.yaml").read_text())
    dag["stages"]["learn"]["frozen"] = True
    (company / "dvc.yaml").write_text(yaml.safe_dump(dag))
    before = contents(company)
    with pytest.raises(BadInput, match=r"freezes learn.*dvc unfreeze learn.*nothing was"):
        run.run("C-00002", True, company)
    after = contents(company)
    assert {name for name in after if after[name] != before.get(name)} <= {"var/run/train.json"}


def test_a_server_of_mlflows_is_asked_trace_by_trace_and_gives_the_same(company: Path) -> None:
    uri = f"sqlite:///{company / 'var/mlflow/mlflow.db'}"
    needles = Needles(frozenset(), frozenset({f" whistles like a {WORDS} "}), frozenset())
    found = find_traces(uri, needles)
    assert [len(some) for some in found.values()] == [1]
    assert by_client(uri, needles) == found


def test_a_version_whose_training_nobody_knows_counts_as_one_that_learned(company: Path) -> None:
    uri = f"sqlite:///{company / 'var/mlflow/mlflow.db'}"
    (company / "data/retrieved/train.parquet").unlink()
    for path in (company / ".dvc/cache/files").rglob("*"):
        if path.is_file():
            path.unlink()
    una = Person("customer-x", tickets={"T-2"}, values={"C-00002"})
    found = find_versions(uri, MODEL, Paths(company), una)
    assert [(one.learned, one.touched) for one in found] == [
        (None, True),
        (None, True),
        (False, False),
    ]
    nobody = Person("customer-x", values={"C-00002"})
    assert not any(one.touched for one in find_versions(uri, MODEL, Paths(company), nobody))


def test_a_reply_of_theirs_that_rebuilt_models_write_by_themselves_is_not_theirs(
    company: Path,
) -> None:
    paths = Paths(company)
    import polars as pl

    path = paths.drafts("sft")
    path.parent.mkdir(parents=True)
    pl.DataFrame({"text": [SENT]}).write_parquet(path)
    words = f" {' '.join(SENT.lower().split()[:8])} "
    where = Where(paths, "sqlite://", "sqlite://", MODEL)
    person = Person("customer-x", messages={words}, replies={words})
    without_anew(person, where)
    assert person.replies == {words}, "nobody knows who wrote that file"
    import hashlib

    lock = yaml.safe_load((company / "dvc.lock").read_text())
    md5 = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    lock["stages"]["first"]["outs"].append({"path": "data/drafts/sft.parquet", "md5": md5})
    (company / "dvc.lock").write_text(yaml.safe_dump(lock))
    without_anew(person, where)
    assert (person.replies, person.messages) == (set(), {words})
    assert read_json(paths.duration("first"))


def test_the_adapter_of_a_version_that_is_the_champion_by_reference_stays() -> None:
    def version(number: str, folder: str | None, *aliases: str) -> Found:
        return Found(number, "run", list(aliases), False, folder, True, True, True)

    champion, same = version("1", "a", "champion"), version("2", "a", "challenger")
    other, elsewhere = version("3", "b"), version("4", None)
    assert idle([champion, same, other, elsewhere]) == [other, elsewhere]
    assert idle([version("1", None, "champion"), elsewhere]) == [elsewhere]
