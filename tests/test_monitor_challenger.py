"""The challenger beside the champion, in a real store and a real registry."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert

from desk.store.engine import bare_engine, open_engine
from desk.store.migrate import migrate
from desk.store.tables import drafts
from drafter.tables import read_json
from drafter.versions import CANDIDATE_TAG, CHALLENGER, CHAMPION
from tasks.monitor.history import read_history
from tasks.monitor.run import monitor, run
from tasks.paths import Paths
from tasks.versions import Registry
from tests.monitored import (
    DRAFT,
    FIRST,
    MODEL,
    checkout,
    copied,
    fill,
    give_champion,
    on_day,
    params,
    plain,
    worse,
)
from tests.stores import DRAFT as ROW
from tests.stores import ENGINES, new_store
from tests.test_desk_migrations import fill as fill_old

FINDING = {"rule": "promises", "kind": "promise", "why": "", "start": 0, "end": 4}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with version 1 as its champion, and 2 as the challenger."""
    root = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        paths = checkout(root)
        give_champion(paths)
        client = Registry(paths).client
        client.create_model_version(MODEL, "nowhere", tags={CANDIDATE_TAG: "sft-rag"})
        client.set_registered_model_alias(MODEL, CHALLENGER, "2")
    return root


@pytest.fixture
def paths(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    for name in ("REPLYMILL_FEEDBACK_URL", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    return copied(template, tmp_path)


def look(paths: Paths, day: int) -> Any:
    return monitor(params(), paths, on_day(day))["challenger"]


def shadow(paths: Paths, days: range, each: int, said: Callable[[int], dict[str, Any]]) -> None:
    """Version 2's unseen draft beside each of version 1's that `fill` made."""
    engine = open_engine(f"sqlite:///{paths.var / 'desk/feedback.db'}")
    rows = []
    for day in days:
        at = datetime.combine(FIRST + timedelta(days=day), time(9, tzinfo=UTC))
        for number in range(each):
            ticket = f"1-{day}-{number}"
            own = {"id": f"s-{ticket}", "ticket": ticket, "version": "2", "role": "shadow",
                   "created_at": at + timedelta(minutes=number, seconds=5)}  # fmt: skip
            rows.append({**ROW, "findings": [], "text": DRAFT, **own, **said(number)})
    with engine.begin() as connection:
        connection.execute(insert(drafts), rows)
    engine.dispose()


def test_a_challenger_that_drafts_nothing_is_not_on_the_page(paths: Paths) -> None:
    fill(paths, range(3), 20)
    assert look(paths, 2) is None
    Registry(paths).client.delete_registered_model_alias(MODEL, CHALLENGER)
    assert look(paths, 2) is None


def test_a_better_challenger_is_told_to_be_better_and_nothing_is_promoted(paths: Paths) -> None:
    fill(paths, range(12), 20, worse)
    fill(paths, range(12), 20, plain, "2", role="challenger")
    run(params(), paths, on_day(11))
    found = read_json(paths.report("monitor.json"))["challenger"]
    assert (found["state"], found["version"], found["champion"]) == ("better", "2", "1")
    acceptance = found["sides"]["split"]["series"]["acceptance"]
    assert acceptance["better"] is True
    assert acceptance["high"] < 0
    assert acceptance["challenger"] < 0.4 < 0.6 < acceptance["champion"]
    assert "agents send more of its drafts as they are (" in found["sentence"]
    assert acceptance["noticed"] in found["sentence"]
    page = paths.report("monitor.html").read_text()
    assert "The challenger beside the champion" in page
    assert "Nothing is promoted by this" in page
    client = Registry(paths).client
    assert client.get_model_version_by_alias(MODEL, CHAMPION).version == 1


def test_a_worse_one_is_told_to_be_worse_and_one_that_is_alike_to_be_neither(paths: Paths) -> None:
    fill(paths, range(12), 20, plain)
    fill(paths, range(12), 20, worse, "2", role="challenger")
    assert look(paths, 11)["state"] == "worse"
    assert "fewer of its drafts as they are" in look(paths, 11)["sentence"]


def test_versions_that_are_alike_stay_quiet_and_a_first_day_is_not_enough(paths: Paths) -> None:
    fill(paths, range(10), 20)
    fill(paths, range(9, 10), 3, plain, "2", role="challenger")
    assert look(paths, 9)["state"] == "not_enough"
    fill(paths, range(10, 20), 20)
    fill(paths, range(10, 20), 10, plain, "2", role="challenger")
    found = look(paths, 19)
    assert found["state"] == "quiet"
    assert "no difference so far" in found["sentence"]
    assert found["sides"]["split"]["since"] == str(FIRST + timedelta(days=9))
    assert found["sides"]["split"]["champion"]["tickets"] == 11 * 20, "since it began"


def test_a_ticket_that_the_champion_had_to_draft_counts_against_the_challenger(
    paths: Paths,
) -> None:
    fill(paths, range(12), 20)
    fill(paths, range(12), 6, plain, "2", role="challenger")
    fill(paths, range(12), 6, plain, "1", instead_of="2", id_prefix="f")
    found = look(paths, 11)
    side = found["sides"]["split"]
    assert side["fell"] == 72
    assert side["champion"]["tickets"] == 240, "it is none of those drawn for the champion"
    abstention = side["series"]["abstention"]
    assert (abstention["champion"], abstention["challenger"]) == (0.0, 0.5)
    assert abstention["better"] is False
    assert side["series"]["acceptance"]["values"] <= 72


def test_a_challenger_that_hangs_raises_no_alarm_of_the_champions(paths: Paths) -> None:
    fill(paths, range(24), 20)
    before = monitor(params(), paths, on_day(23))
    fill(paths, range(12, 24), 20, plain, "1", instead_of="2", id_prefix="f", seconds=11.0)
    after = monitor(params(), paths, on_day(23))
    assert after["watched"] == before["watched"]
    assert after["alarms"] == before["alarms"]


def test_a_conversation_counts_once(paths: Paths) -> None:
    fill(paths, range(12), 20)
    fill(paths, range(12), 6, worse, "2", role="challenger", external_id="T-1")
    found = look(paths, 11)
    assert found["sides"]["split"]["challenger"]["tickets"] == 1
    assert found["state"] == "not_enough"


def test_a_shadow_is_compared_on_the_same_tickets_and_its_edits_one_way_alone(
    paths: Paths,
) -> None:
    fill(paths, range(12), 20, worse)

    def said(number: int) -> dict[str, Any]:
        return {"text": "No. The shop in York looks at it for 12 euros.", "seconds": 40.0,
                "findings": [FINDING] if number % 2 else []}  # fmt: skip

    shadow(paths, range(12), 20, said)
    found = look(paths, 11)
    side = found["sides"]["shadow"]
    assert set(side["series"]) == {"abstention", "findings", "edits"}, "seconds aren't compared"
    assert side["champion"]["tickets"] == side["challenger"]["tickets"] == 240
    assert side["series"]["findings"]["better"] is False
    assert side["series"]["edits"]["better"] is True
    assert side["series"]["abstention"]["better"] is None
    assert found["state"] == "mixed"
    assert "its unseen drafts are closer to what was sent" in found["sentence"]


def test_a_shadow_that_is_farther_from_what_was_sent_is_not_told_to_be_worse(paths: Paths) -> None:
    fill(paths, range(12), 20)
    shadow(paths, range(12), 20, lambda _: {"text": "Something else altogether was written."})
    edits = look(paths, 11)["sides"]["shadow"]["series"]["edits"]
    assert edits["difference"] > 0.5
    assert edits["better"] is None


def test_what_a_shadow_wrote_is_in_no_figure_of_what_agents_saw(paths: Paths) -> None:
    fill(paths, range(6), 20)
    before = monitor(params(), paths, on_day(5))
    shadow(paths, range(6), 20, lambda _: {"reason": "guard: promises", "abstained": True})
    after = monitor(params(), paths, on_day(5))
    assert after["versions"] == before["versions"]
    assert after["watched"] == before["watched"]
    assert after["challenger"]["sides"]["shadow"]["series"]["abstention"]["better"] is False


@pytest.mark.parametrize("kind", ENGINES)
def test_a_store_that_no_desk_has_migrated_yet_is_read(tmp_path: Path, kind: str) -> None:
    from sqlalchemy.engine import make_url

    with new_store(kind, tmp_path) as url:
        engine = bare_engine(make_url(url))
        migrate(engine, "0005")
        fill_old(engine)
        engine.dispose()
        history = read_history(url)
    assert history["instead_of"].to_list() == [None]
    assert history["conversation"].to_list() == ["T-1"]


def test_the_lot_is_the_same_each_time(paths: Paths) -> None:
    fill(paths, range(8), 20)
    fill(paths, range(8), 10, plain, "2", role="challenger")
    assert look(paths, 7) == look(paths, 7)
    assert np.isfinite(look(paths, 7)["sides"]["split"]["series"]["edits"]["capital"][-1][1])
