"""Pinned regressions: what a contract asks of a draft, and how one is added."""

from pathlib import Path

import pytest
import yaml

from drafter.errors import BadInput
from drafter.records import CURATED
from drafter.tables import write_table, write_text
from tasks.paths import Paths
from tasks.regressions.check import check
from tasks.regressions.command import main
from tasks.regressions.contract import Regression, broken, read_regressions, says
from tests.factories import curated, curated_table


def pinned(**contract: list[str]) -> Regression:
    ticket = {
        "subject": None,
        "messages": [{"role": "customer", "text": "How long may I send it back?"}],
        "at": "2026-03-01T00:00:00+00:00",
    }
    asked = {"must_say": [], "must_not_say": [], "must_cite": []} | contract
    return Regression.from_values({"name": "T-1", "why": "it did", "ticket": ticket} | asked)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = Paths(tmp_path)
    for split, number in (("train", 1), ("val", 2), ("holdout", 3)):
        write_table(paths.curated(split), curated_table([curated(number)]), CURATED)
    text = "# ours\nregressions: []  # none yet\n"
    write_text(paths.regressions, text)
    return paths


def add(paths: Paths, ticket_id: str, *contract: str) -> int:
    return main(["--root", str(paths.root), "add", ticket_id, "--why", "it was wrong", *contract])


@pytest.mark.parametrize(
    ("text", "phrase", "held"),
    [
        ("You have thirty days.", "30 days", True),
        ("You have 2 weeks.", "14 days", True),
        ("You have 31 days.", "30 days", False),
        ("We  GUARANTEE\nit.", "guarantee it", True),
        ("We never promise.", "guarantee", False),
    ],
)
def test_a_phrase_with_a_figure_asks_for_the_figure_and_another_for_its_words(
    text: str, phrase: str, held: bool
) -> None:
    assert says(text, phrase) is held


def test_each_kind_of_break_is_named() -> None:
    contract = pinned(must_say=["30 days"], must_not_say=["gift card"], must_cite=["returns"])
    good = {"text": "Within 30 days.", "citations": ["returns@2026-01-08#2"]}
    assert broken(contract, good) == []
    bad = {"text": "Take a gift card.", "citations": ["refunds@2026-01-08#2"]}
    assert broken(contract, bad) == [
        "does not say '30 days'",
        "says 'gift card'",
        "does not cite 'returns'",
    ]


def test_a_draft_that_is_held_back_breaks_what_it_must_say() -> None:
    [outcome] = check(
        [pinned(must_say=["30 days"])],
        lambda tickets: [{"text": "", "citations": [], "abstained": True} for _ in tickets],
    )
    assert outcome.breaks == ["does not say '30 days'"]


def test_adding_keeps_the_comments_and_what_was_pinned_before(paths: Paths) -> None:
    assert add(paths, curated(3)["ticket_id"], "--must-say", "30 days") == 0
    assert add(paths, curated(1)["ticket_id"], "--must-cite", "returns") == 0
    found = read_regressions(paths.regressions)
    assert [one.name for one in found] == [curated(3)["ticket_id"], curated(1)["ticket_id"]]
    assert found[0].ticket.messages[0].text == curated(3)["messages"][0]["text"]
    assert paths.regressions.read_text().startswith("# ours\n")


@pytest.mark.parametrize(
    ("contract", "said"),
    [
        (["T-none", "--must-say", "x"], "no curated ticket is called 'T-none'"),
        ([curated(3)["ticket_id"]], "nothing is asked of"),
    ],
)
def test_what_can_not_be_pinned_is_told_and_the_file_stays(
    contract: list[str], said: str, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    before = paths.regressions.read_bytes()
    assert add(paths, *contract) == 1
    assert said in capsys.readouterr().err
    assert paths.regressions.read_bytes() == before


def test_a_ticket_is_pinned_once(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    name = curated(2)["ticket_id"]
    assert add(paths, name, "--must-say", "x") == 0
    assert add(paths, name, "--must-say", "y") == 1
    assert f"pins {name!r} already" in capsys.readouterr().err


def test_a_misspelt_key_names_its_place(paths: Paths) -> None:
    add(paths, curated(3)["ticket_id"], "--must-say", "x")
    values = yaml.safe_load(paths.regressions.read_text())
    values["regressions"][0]["must_sey"] = ["x"]
    write_text(paths.regressions, yaml.safe_dump(values))
    with pytest.raises(BadInput, match=r"regressions\.yaml: regressions\.0\.must_sey: "):
        read_regressions(paths.regressions)


def test_the_ones_of_the_sample_company_can_be_read() -> None:
    found = read_regressions(Path("data/regressions.yaml"))
    assert found
    assert all(one.must_say or one.must_cite or one.must_not_say for one in found)


def test_no_file_means_none_pinned(tmp_path: Path) -> None:
    assert read_regressions(tmp_path / "regressions.yaml") == []
