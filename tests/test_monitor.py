"""The monitor over a real store, filled with days, and a real registry."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from drafter.errors import BadInput
from drafter.records import POLICY
from drafter.tables import read_json, write_json, write_table
from tasks.monitor.policies import changed, touched
from tasks.monitor.run import monitor, run
from tasks.monitor.told import remember, untold
from tasks.paths import Paths
from tasks.versions import Registry
from tests.factories import policy, policy_table
from tests.monitored import (
    FIRST,
    checkout,
    copied,
    fill,
    give_champion,
    on_day,
    params,
    worse,
)
from tests.toy_embedder import WordHashes


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with version 1 as its champion."""
    root = tmp_path_factory.mktemp("template")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        give_champion(checkout(root))
    return root


@pytest.fixture
def paths(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    for name in ("REPLYMILL_FEEDBACK_URL", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    return copied(template, tmp_path)


def look(paths: Paths, day: int, **monitored: Any) -> dict[str, Any]:
    """As `run` without its page, which takes a second."""
    found = monitor(params(**monitored), paths, on_day(day))
    write_json(paths.report("monitor.json"), found)
    return dict(read_json(paths.report("monitor.json")))


def test_where_no_desk_ever_ran_it_says_so_and_makes_no_store(paths: Paths) -> None:
    with pytest.raises(BadInput, match="no feedback store at"):
        look(paths, 0)
    assert not (paths.var / "desk/feedback.db").exists()


def test_without_a_champion_there_is_nothing_to_watch(paths: Paths) -> None:
    fill(paths, range(0), 0)
    Registry(paths).client.delete_registered_model_alias("support-drafter", "champion")
    run(params(), paths, on_day(0))
    found = read_json(paths.report("monitor.json"))
    assert found["state"] == "no_champion"
    assert found["sentence"].startswith("No version of support-drafter is the champion")
    assert "Nobody serves" in paths.report("monitor.html").read_text()


def test_with_no_drafts_or_ten_it_says_that_this_is_not_enough(paths: Paths) -> None:
    fill(paths, range(0), 0)
    assert look(paths, 0)["sentence"] == (
        "Version 1 has drafted nothing yet, up to the last whole day."
    )
    fill(paths, range(1), 10)
    found = look(paths, 0)
    assert (found["state"], found["alarms"]) == ("not_enough", [])
    assert found["watched"]["acceptance"]["have"] == 10
    assert "acceptance 10 of 40" in found["sentence"]
    assert found["versions"]["1"]["all"]["drafts"] == 10


def test_a_store_that_is_away_is_told_in_one_line_without_its_address(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPLYMILL_FEEDBACK_URL", "postgresql+psycopg://u:geheim@127.0.0.1:1/x")
    with pytest.raises(BadInput) as told:
        look(paths, 0)
    assert "can't be read (OperationalError)" in str(told.value)
    assert "geheim" not in str(told.value)
    assert "\n" not in str(told.value)


def test_days_that_are_like_those_before_raise_no_alarm(paths: Paths) -> None:
    fill(paths, range(12), 20)
    found = look(paths, 11)
    assert (found["state"], found["alarms"]) == ("quiet", [])
    assert all(one["state"] == "watched" for one in found["watched"].values())


def test_a_drop_alarms_once_and_not_every_day_anew(paths: Paths) -> None:
    fill(paths, range(10), 20)
    fill(paths, range(10, 22), 20, worse)
    first = look(paths, 15)
    (alarm,) = [one for one in first["alarms"] if one["series"] == "acceptance"]
    assert alarm["id"] == "1/acceptance/1"
    assert alarm["since"] >= str(FIRST + timedelta(days=9))
    assert alarm["before"] < 0.4
    assert alarm["after"] > 0.6
    assert alarm["starts_training"]
    assert first["state"] == "alarm"
    new = untold(paths)
    assert alarm in new
    remember(paths, new)
    assert untold(paths) == []
    later = look(paths, 21)
    assert [one for one in later["alarms"] if one["series"] == "acceptance"] == [alarm]
    assert untold(paths) == []
    remember(paths, new)
    assert look(paths, 21) == later


def test_what_is_not_to_start_training_is_shown_and_told_to_nobody(paths: Paths) -> None:
    fill(paths, range(10), 20)
    fill(paths, range(10, 18), 20, worse)
    found = look(paths, 17, alarms=[])
    assert found["alarms"]
    assert untold(paths) == []


def test_tickets_of_a_kind_that_training_never_saw_are_noticed(paths: Paths) -> None:
    fill(paths, range(6), 20)
    strange = {"topic": "visas", "question": "My visa for Peru was refused, whom do I write to?"}
    fill(paths, range(6, 12), 20, **strange)
    found = look(paths, 11)
    noticed = {one["series"] for one in found["alarms"]}
    assert {"topics", "meaning"} <= noticed
    assert "acceptance" not in noticed
    assert found["drift"]["topics"]["visas"] == {"training": 0.0, "recent": 0.5}
    assert untold(paths) == [], "a drift that training may not mend starts none by default"


def test_more_findings_and_fewer_drafts_are_noticed_by_their_rule(paths: Paths) -> None:
    fill(paths, range(8), 20)
    finding = {"rule": "promises", "kind": "promise", "why": "", "start": 0, "end": 4}
    fill(paths, range(8, 14), 20, reason="guard: promises", findings=[finding])
    found = look(paths, 13)
    assert {"abstention", "findings"} <= {one["series"] for one in found["alarms"]}
    assert found["versions"]["1"]["all"]["findings"] == {"promises": 120}
    assert found["versions"]["1"]["all"]["told"] == 160, "nobody accepts what nobody was shown"


def test_a_policy_that_changed_since_training_names_the_tickets_it_touches() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    later = datetime(2026, 4, 1, tzinfo=UTC)
    soon = policy("warranty", text="Two years.", effective_from=later)
    old = policy("warranty", text="One year.", effective_to=later)
    then = policy_table([policy("returns"), old, soon, policy("repairs")])
    edited = policy("returns", text="You can return an item within 9 days.")
    now = policy_table([edited, old, soon, policy("visas", text="Visas: ask the embassy.")])
    changes = changed(then, now, at, later)
    assert {(one.doc_id, one.what, one.known) for one in changes} == {
        ("returns", "changed", False),
        ("warranty", "changed", True),
        ("visas", "new", False),
        ("repairs", "ended", True),
    }
    rows = [
        {"subject": "", "messages": ["visas ask the embassy"], "cites": []},
        {"subject": "", "messages": ["an item within 9 days"], "cites": ["returns"]},
        {"subject": "", "messages": ["return an item within days"], "cites": ["repairs"]},
    ]
    found = touched(changes, now, pl.DataFrame(rows), later, WordHashes())
    counts = {one.change.doc_id: (one.citing, one.asking, one.drafts) for one in found}
    assert counts["visas"] == (0, 1, 1)
    assert counts["returns"] == (1, 2, 2)
    assert counts["repairs"] == (1, 0, 1)
    assert counts["warranty"] == (0, 0, 0)


def test_policies_that_the_version_had_and_nobody_has_are_told_so(paths: Paths) -> None:
    write_table(paths.validated_policies, policy_table([policy("visas")]), POLICY)
    fill(paths, range(1), 10)
    found = look(paths, 0)
    assert found["policies"] is None
    assert "data/validated/policies.parquet, as version 1 had it" in found["training"]["missing"]
    assert found["training"]["tickets"] == 120


def test_missing_knowledge_is_what_agents_sent_and_no_policy_holds(paths: Paths) -> None:
    fill(paths, range(2), 10, worse)
    found = look(paths, 1)
    assert found["missing"][0]["said"] == "12 euros"
    assert found["missing"][0]["tickets"] > 5


def test_the_page_is_whole_and_loads_nothing(paths: Paths) -> None:
    fill(paths, range(10), 20)
    fill(paths, range(10, 16), 20, worse, topic="<script>alert(1)</script>")
    run(params(), paths, on_day(15))
    page = paths.report("monitor.html").read_text()
    assert "Something has changed" in page
    assert page.count("<svg") == 15
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org", "")
    assert "Jo Smith" not in page + paths.report("monitor.json").read_text()
    assert json.loads(paths.report("monitor.json").read_text())["alarms"]


def test_each_day_is_a_step_of_one_run_for_a_version_and_logged_once(paths: Paths) -> None:
    from mlflow import MlflowClient

    from tasks.tracking import tracking_uri

    fill(paths, range(8), 20)
    look(paths, 4)
    look(paths, 7)
    look(paths, 7)
    noted = read_json(paths.monitor("run-1.json"))
    client = MlflowClient(tracking_uri(paths))
    assert client.get_run(noted["run"]).info.run_name == "monitor 1"
    accepted = client.get_metric_history(noted["run"], "accepted")
    assert [one.step for one in accepted] == list(range(8))
    assert client.get_metric_history(noted["run"], "log10_capital_acceptance")
