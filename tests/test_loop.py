"""The loop closes: three turns with simulated agents, and a control that must promote nothing.

Some 20 minutes of two CPU cores each, so in the slow tier:

    .venv/bin/python -m pytest -m slow -n0 -s tests/test_loop.py
"""

import csv
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from desk.simulate.__main__ import main
from drafter.tables import read_json

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200)]


def simulated(folder: Path, agents: str) -> Path:
    assert main(["--into", str(folder), "--agents", agents]) == 0
    print((folder / "reports/loop.md").read_text())
    return folder


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company in which agents with rules of their own have worked for three turns."""
    return simulated(tmp_path_factory.mktemp("loop") / "panel", "panel")


def report(root: Path) -> dict[str, Any]:
    return dict(read_json(root / "reports/loop.json"))


def test_acceptance_rises_from_the_first_champion_to_the_last(panel: Path) -> None:
    found = report(panel)
    *_, last = found["acceptance"]["differences"].values()
    assert last["mean"] > 0
    assert last["low"] > 0


def test_three_turns_take_no_more_than_twenty_minutes(panel: Path) -> None:
    found = report(panel)
    assert len(found["turns"]) == 1 + 3
    assert found["minutes"] <= 20


def test_nothing_measured_was_ever_trained_on(panel: Path) -> None:
    with (panel / "var/letters/99.csv").open(newline="", encoding="utf-8") as file:
        measured = list(csv.DictReader(file))
    asked = {row["message"] for row in measured}
    names = {row["customer_name"] + row["customer_email"] for row in measured}
    learned = pl.read_parquet(panel / "data/ingested/tickets.parquet")
    assert learned.height > 600
    said = learned["messages"].list.eval(pl.element().struct.field("text")).explode()
    assert asked.isdisjoint(said)
    told = learned["names"].list.head(2).list.join("")
    assert names.isdisjoint(told)


def test_where_agents_act_at_random_nothing_is_promoted(tmp_path: Path) -> None:
    found = report(simulated(tmp_path / "random", "random"))
    assert [turn["version"] for turn in found["turns"]] == ["1"] * 4
    assert all(turn["refused"] for turn in found["turns"][1:])
    assert found["acceptance"]["differences"] == {}
