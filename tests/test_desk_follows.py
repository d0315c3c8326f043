"""Following the champion: a real registry with real versions, and one that is away."""

import json
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from desk.errors import NoChampion
from desk.serving.follower import Follower
from desk.serving.kept import MARKER
from desk.serving.registry import Registry
from desk.serving.webhook import Webhook
from drafter.tables import write_json
from drafter.versions import CHAMPION, DRAFTER_TAG, EVIDENCE_TAG, folder_digest
from tasks.register.params import Params
from tasks.register.run import register
from tasks.tracking import tracking_uri
from tests.promoting import MODEL, TICKET, Published, publishing, until
from tests.registered import DECISION, REGISTER, SCORECARD, SPEC, root_to_register


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """Version 1 and 2, which are whole."""
    with publishing(tmp_path_factory.mktemp("registry"), 2) as published:
        yield published


@contextmanager
def following(folder: Path, uri: str, poll: float = 0.05) -> Iterator[Follower]:
    webhook = Webhook("http://127.0.0.1:4400/hooks/mlflow", folder / "webhook-secret")
    champion = Follower(Registry(uri), MODEL, CHAMPION, poll, folder / "models", webhook)
    champion.start()
    try:
        yield champion
    finally:
        champion.stop()


def serves(champion: Follower, published: Published, number: str) -> None:
    until(lambda: champion.status()["version"] == number)
    assert champion.current().drafter.write([TICKET])[0].text == published.says[number]


def refuses(champion: Follower, number: str) -> str:
    until(lambda: (champion.status()["refused"] or {}).get("version") == number)
    return str(champion.status()["refused"]["why"])


def copied(published: Published, folder: Path) -> Path:
    """A packed drafter to tamper with."""
    return Path(shutil.copytree(published.press.pack("It is whole."), folder / "drafter"))


def test_the_alias_is_followed_forth_and_back(tmp_path: Path, published: Published) -> None:
    published.promote("1")
    with following(tmp_path, published.uri) as champion:
        serves(champion, published, "1")
        published.promote("2")
        serves(champion, published, "2")
        published.promote("1")
        serves(champion, published, "1")
        assert champion.status()["refused"] is None


def test_what_register_makes_is_what_the_desk_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    paths = root_to_register(tmp_path / "mill")
    spec = replace(SPEC, candidate="nearest", generator="nearest")  # a random model writes nothing
    write_json(paths.drafter("nearest"), asdict(spec))
    write_json(paths.report("decision.json"), DECISION | {"recommended": "nearest"})
    cells = SCORECARD["candidates"]["base"]
    write_json(paths.report("scorecard.json"), {"candidates": {"nearest": cells}})
    entry = {"generator": "nearest", "model": "models/index", "tickets": "data/x.parquet"}
    values = {"register": REGISTER, "hosted": {}, "rules": "rules.yaml"}
    register(Params.from_values(values | {"candidates": {"nearest": entry}}), paths)
    uri = tracking_uri(paths)
    Published(uri, None).promote("1")  # type: ignore[arg-type]
    with following(tmp_path, uri) as champion:
        until(lambda: champion.status()["version"] == "1")
        assert champion.status()["candidate"] == "nearest"
        assert champion.current().drafter.write([TICKET])[0].text


def no_tag(published: Published, folder: Path) -> str:
    return published.version(without=(EVIDENCE_TAG,))


def no_decision(published: Published, folder: Path) -> str:
    return published.version(evidence=("scorecard.json", "model_card.md"))


def another_hash(published: Published, folder: Path) -> str:
    packed = copied(published, folder)
    digest = folder_digest(packed)
    (packed / "compliance.yaml").write_text("clauses: 3\nrules: {}\n")
    return published.version(packed, drafter=digest)


def no_hash(published: Published, folder: Path) -> str:
    return published.version(copied(published, folder), drafter="../../elsewhere")


def a_pickle(published: Published, folder: Path) -> str:
    packed = copied(published, folder)
    (packed / "index/weights.pkl").write_bytes(b"\x80\x04.")
    return published.version(packed)


def its_own_code(published: Published, folder: Path) -> str:
    packed = copied(published, folder)
    (packed / "helper.py").write_text("print('hello')\n")
    return published.version(packed)


def another_candidate(published: Published, folder: Path) -> str:
    return published.version(copied(published, folder), candidate="dpo-rag")


def a_torn_table(published: Published, folder: Path) -> str:
    packed = copied(published, folder)
    next(packed.glob("index/*/chunks.parquet")).write_bytes(b"PAR1 torn")
    return published.version(packed)


def no_word(published: Published, folder: Path) -> str:
    return published.version(published.press.pack(""))


REFUSED = {
    no_tag: "it has no tag replymill.evidence: register it again",
    no_decision: "its run has no evidence/decision.json: register it again",
    another_hash: f"its tag {DRAFTER_TAG} says",
    no_hash: f"its tag {DRAFTER_TAG} is no sha256",
    a_pickle: "weights.pkl can hold a pickle",
    its_own_code: "helper.py is code that the model brings along",
    another_candidate: "its drafter is nearest, its tag says dpo-rag",
    a_torn_table: "chunks.parquet is damaged",
    no_word: "its self-check gave no draft (all are empty)",
}


def test_each_bad_version_is_refused_with_its_reason_and_the_old_one_stays(
    tmp_path: Path, published: Published
) -> None:
    published.promote("1")
    with following(tmp_path, published.uri) as champion:
        serves(champion, published, "1")
        for bad, why in REFUSED.items():
            number = bad(published, tmp_path / bad.__name__)
            published.promote(number)
            assert why in refuses(champion, number), bad.__name__
            serves(champion, published, "1")
            kept = [path.name for path in (tmp_path / "models").iterdir() if path.is_dir()]
            assert [name.partition("-")[0] for name in kept] == ["1"], "nothing else is kept"
        published.promote("1")
        until(lambda: champion.status()["refused"] is None)


class Counted(Registry):
    """Counts how often a version is looked into."""

    looks = 0

    def evidence(self, version: Any) -> set[str]:
        type(self).looks += 1
        return super().evidence(version)


def test_a_refused_version_is_tried_again_only_when_something_about_it_changed(
    tmp_path: Path, published: Published
) -> None:
    number = published.version(evidence=("scorecard.json",))
    published.promote(number)
    webhook = Webhook("http://127.0.0.1:4400/hooks/mlflow", tmp_path / "webhook-secret")
    champion = Follower(Counted(published.uri), MODEL, CHAMPION, 0.02, tmp_path / "models", webhook)
    champion.start()
    try:
        assert "decision.json, model_card.md" in refuses(champion, number)
        until(lambda: champion.status()["loading"] is None)
        with pytest.raises(NoChampion, match=rf"version {number} is refused: its run has no"):
            champion.current()
        time.sleep(0.5)  # some twenty polls
        assert Counted.looks == 1
        champion.look(again=True)  # somebody has set the alias again
        until(lambda: Counted.looks == 2)
        run = published.client.get_model_version(MODEL, number).run_id
        for name in ("decision.json", "model_card.md"):
            published.client.log_text(run, "{}", f"evidence/{name}")
        published.client.set_model_version_tag(MODEL, number, "note", "mended")
        serves(champion, published, number)
        assert champion.status()["refused"] is None
    finally:
        champion.stop()


def test_where_the_alias_or_the_version_is_deleted_the_last_good_one_goes_on(
    tmp_path: Path, published: Published
) -> None:
    doomed = published.version()
    published.promote(doomed)
    with following(tmp_path, published.uri) as champion:
        serves(champion, published, doomed)
        published.client.delete_registered_model_alias(MODEL, "champion")
        until(lambda: champion.status()["alias"] is None)
        serves(champion, published, doomed)
        published.promote(doomed)
        until(lambda: champion.status()["alias"] == doomed)
        published.client.delete_model_version(MODEL, doomed)
        until(lambda: champion.status()["alias"] is None)
        serves(champion, published, doomed)
    with following(tmp_path, published.uri) as champion:  # and after the desk was started anew
        serves(champion, published, doomed)


def test_what_served_last_serves_again_at_once_though_mlflow_hangs(
    tmp_path: Path, published: Published
) -> None:
    published.promote("2")
    with following(tmp_path, published.uri) as champion:
        serves(champion, published, "2")
    with socket.socket() as deaf:  # takes calls and never answers
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        with following(tmp_path, f"http://127.0.0.1:{deaf.getsockname()[1]}") as champion:
            serves(champion, published, "2")


def test_where_mlflow_is_away_the_status_says_so_and_nothing_else_changes(
    tmp_path: Path, published: Published
) -> None:
    published.promote("2")
    with following(tmp_path, published.uri) as champion:
        serves(champion, published, "2")
    with following(tmp_path, f"sqlite:///{tmp_path / 'gone.db'}") as champion:
        serves(champion, published, "2")
        until(lambda: "gone.db is not there" in champion.status()["registry"])
    assert not (tmp_path / "gone.db").exists()


def test_a_kept_drafter_that_was_changed_on_disk_is_not_served_but_fetched_anew(
    tmp_path: Path, published: Published
) -> None:
    published.promote("2")
    with following(tmp_path, published.uri) as champion:
        serves(champion, published, "2")
    (kept,) = (tmp_path / "models").glob("2-*")
    (kept / "compliance.yaml").write_text("clauses: 3\nrules: {}\n")
    with following(tmp_path, f"sqlite:///{tmp_path / 'gone.db'}") as champion:
        until(lambda: champion.status()["state"] == "none")
    with following(tmp_path, published.uri) as champion:
        serves(champion, published, "2")


def test_the_two_that_served_last_are_kept_and_leftovers_are_removed(
    tmp_path: Path, published: Published
) -> None:
    third = published.version()
    (tmp_path / "models/half.part").mkdir(parents=True)
    published.promote("1")
    with following(tmp_path, published.uri) as champion:
        for number in ("1", "2", third):
            published.promote(number)
            serves(champion, published, number)
        folders = tmp_path / "models"
        until(lambda: json.loads((folders / MARKER).read_text())[0]["version"] == third)
        names = {path.name.partition("-")[0] for path in folders.iterdir() if path.is_dir()}
        assert names == {third, "2"}
    assert [one["version"] for one in json.loads((folders / MARKER).read_text())] == [third, "2"]


def test_while_the_first_version_is_loaded_health_says_so(
    tmp_path: Path, published: Published
) -> None:
    published.promote("1")
    with following(tmp_path, published.uri) as champion:
        assert champion.status()["state"] == "loading"
        with pytest.raises(NoChampion, match=r"starting|is being loaded"):
            champion.current()
        until(lambda: champion.status()["state"] == "serving")
