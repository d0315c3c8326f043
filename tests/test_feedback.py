"""From what agents told the desk to the snapshot, and on to pairs: each answer where it belongs."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drafter.errors import BadInput
from tasks.feedback.read import read_store
from tasks.feedback.run import remarks
from tasks.feedback.table import lines
from tests.curating import letter
from tests.feedback_root import answered, export, rows, url

DRAFT = "Ahoy [NAME_1]! [ORDER_1] may come back within 30 days."
ASKED = {"messages": [{"role": "customer", "text": "Where is MB-123456? I am Jo."}]}
ASKED |= {"names": ["Jo Smith", "Ann"]}
EDIT = "Ahoy Jo! MB-123456 can come home within 30 days."


def asked(number: int) -> dict[str, Any]:
    """A ticket that resembles no other number's."""
    text = f"Where is MB-123456? {letter(500 + number)}"
    return ASKED | {"messages": [{"role": "customer", "text": text}]}


def said(root: Path, **told: Any) -> dict[str, Any]:
    """The report of one draft that an agent answered so."""
    with answered(root) as desk:
        desk.ask("it", **ASKED)
        desk.tell("it", **told)
    return export(root)


def test_what_was_sent_and_what_was_proposed_stand_in_placeholders(tmp_path: Path) -> None:
    found = said(tmp_path, action="edited", sent=EDIT)
    (row,) = rows(tmp_path).values()
    assert row["messages"] == '[{"role": "customer", "text": "Where is [ORDER_1]? I am [NAME_1]."}]'
    assert row["draft"] == DRAFT
    assert row["reply"] == "Ahoy [NAME_1]! [ORDER_1] can come home within 30 days."
    assert (found["rows"], found["actions"], found["edits"]) == (1, {"edited": 1}, {"light": 1})


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"action": "discarded"}, "discarded"),
        ({"action": "accepted", "seconds": 0.5}, "accepted_unread"),
        ({"action": "accepted", "seconds": None}, "accepted_no_seconds"),
        ({"action": "accepted", "reopened": True}, "reopened"),
        ({"action": "accepted", "csat": 2}, "low_csat"),
        ({"action": "edited", "sent": EDIT, "csat": 1}, "low_csat"),
    ],
)
def test_what_is_no_good_example_is_left_out_by_its_reason(
    tmp_path: Path, told: dict[str, Any], why: str
) -> None:
    found = said(tmp_path, **told)
    assert found["left_out"] == {why: 1}
    assert (found["rows"], found["resolved"]) == (0, 1)
    assert rows(tmp_path) == {}


@pytest.mark.parametrize(
    ("told", "action"),
    [
        ({"action": "accepted"}, "accepted"),
        ({"action": "accepted", "csat": 5}, "accepted"),
        ({"action": "edited", "sent": DRAFT.replace("30 ", "30  ")}, "accepted"),
        ({"action": "accepted", "sent": EDIT}, "edited"),
        ({"action": "edited", "sent": EDIT}, "edited"),
        ({"action": "discarded", "sent": "We will call you."}, "discarded"),
    ],
)  # fmt: skip
def test_what_was_done_is_told_from_the_texts(
    tmp_path: Path, told: dict[str, Any], action: str
) -> None:
    assert said(tmp_path, **told)["actions"] == {action: 1}
    (row,) = rows(tmp_path).values()
    assert (row["action"], row["draft"]) == (action, DRAFT)
    assert (row["reply"] == DRAFT) == (action == "accepted")


def test_a_rating_that_comes_later_counts_and_after_the_instant_does_not(tmp_path: Path) -> None:
    with answered(tmp_path) as desk:
        desk.ask("it", **ASKED)
        desk.tell("it", action="accepted")
        told = datetime.now(UTC)
        desk.tell("it", reopened=True, agent=None, seconds=None)
    (draft,) = read_store(url(tmp_path), told).drafts
    assert draft.outcome is not None
    assert draft.outcome["reopened"] is None
    assert export(tmp_path)["left_out"] == {"reopened": 1}
    assert not read_store(url(tmp_path), told - timedelta(days=1)).drafts


def test_drafts_are_open_or_rows_or_left_out(tmp_path: Path) -> None:
    with answered(tmp_path) as desk:
        for name in ("accepted", "edited", "discarded", "open"):
            desk.ask(name, **ASKED)
        desk.tell("accepted", action="accepted")
        desk.tell("edited", action="edited", sent=EDIT)
        desk.tell("discarded", action="discarded")
        desk.tell("open", csat=5)
        desk.serve("8", "[NAME_1]: within 31 days.")
        desk.ask("held back", **ASKED)
        desk.tell("held back", action="edited", sent=EDIT)
    found = export(tmp_path)
    assert (found["drafts"], found["open"], found["resolved"], found["held_back"]) == (5, 1, 4, 1)
    assert found["resolved"] == found["rows"] + sum(found["left_out"].values())
    assert found["rows_by_action"] == {"accepted": 1, "edited": 1, "held_back": 1}
    (held,) = (row for row in rows(tmp_path).values() if row["version"] == "8")
    assert (held["draft"], held["draft_weight"]) == ("", ""), "nobody proposed it"
    assert list(found["versions"]) == ["7"], "what was not offered was not accepted either"


def test_a_run_without_change_leaves_every_byte_and_the_file_untouched(tmp_path: Path) -> None:
    with answered(tmp_path) as desk:
        for number in range(4):
            desk.ask(f"{number}", **ASKED)
            desk.tell(f"{number}", action="edited", sent=EDIT)
    first = export(tmp_path)
    snapshot, report = tmp_path / "feedback/desk.csv", tmp_path / "reports/feedback.json"
    before = snapshot.read_bytes(), report.read_bytes(), snapshot.stat()
    again = export(tmp_path)
    assert (first["written"], again["written"]) == (True, False)
    after = snapshot.stat()
    assert (snapshot.read_bytes(), report.read_bytes()) == before[:2]
    assert (after.st_mtime_ns, after.st_ino) == (before[2].st_mtime_ns, before[2].st_ino)


def test_a_desk_that_runs_is_read_wherever_its_store_lies(tmp_path: Path) -> None:
    root = tmp_path / "mill #2, 100 %"
    root.mkdir()
    with answered(root) as desk:
        for number in (1, 2):
            desk.ask(f"{number}", **ASKED)
            desk.tell(f"{number}", action="edited", sent=EDIT)
            assert export(root)["rows"] == number


def test_nothing_is_written_into_the_store(tmp_path: Path) -> None:
    said(tmp_path, action="edited", sent=EDIT)
    before = (tmp_path / "feedback.db").read_bytes()
    export(tmp_path)
    assert (tmp_path / "feedback.db").read_bytes() == before


def test_of_several_drafts_for_one_message_the_one_that_was_sent_last_counts(
    tmp_path: Path,
) -> None:
    with answered(tmp_path) as desk:
        for name in ("first", "second", "third"):
            desk.ask(name, **ASKED, external_id="T-1")
        desk.tell("second", action="edited", sent="Ahoy Jo!")
        desk.tell("first", action="edited", sent=EDIT)
        desk.tell("third", action="discarded")
    assert export(tmp_path)["left_out"] == {"discarded": 1, "superseded": 1}
    assert rows(tmp_path)["T-1"]["reply"].endswith("within 30 days.")


def test_a_conversation_gives_a_row_for_each_reply(tmp_path: Path) -> None:
    later = [*ASKED["messages"], {"role": "agent", "text": "On its way."}]
    later += [{"role": "agent", "text": "Truly."}, {"role": "customer", "text": "It is not."}]
    with answered(tmp_path) as desk:
        desk.ask("first", **ASKED, external_id="T-1")
        desk.ask("second", **(ASKED | {"messages": later}), external_id="T-1")
        desk.tell("first", action="accepted")
        desk.tell("second", action="edited", sent=EDIT)
    export(tmp_path)
    made = rows(tmp_path)
    assert [made[name]["thread_id"] for name in ("T-1", "T-1/2")] == ["T-1", "T-1"]
    assert made["T-1/2"]["messages"].count('"role": "agent"') == 2


# What can be wrong with a store.


def test_a_store_that_is_not_there_is_named_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no feedback store at .*feedback\.db"):
        export(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_somebody_else_is_no_store(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "feedback.db") as other:
        other.execute("create table drafts (id text)")
    other.close()
    with pytest.raises(BadInput, match="no desk's tables"):
        export(tmp_path)
    (tmp_path / "feedback.db").write_bytes(b"no database at all, but long enough to be read")
    with pytest.raises(BadInput, match="can't be read"):
        export(tmp_path)


def test_a_store_of_a_newer_desk_is_refused(tmp_path: Path) -> None:
    said(tmp_path, action="accepted")
    with sqlite3.connect(tmp_path / "feedback.db") as store:
        store.execute("update alembic_version set version_num = '9999'")
    store.close()
    with pytest.raises(BadInput, match="revision 9999, and this Replymill knows"):
        export(tmp_path)


def test_an_empty_store_leaves_the_snapshot_that_is_there(tmp_path: Path) -> None:
    with answered(tmp_path):
        pass
    (tmp_path / "feedback").mkdir()
    (tmp_path / "feedback/desk.csv").write_text("kept\n")
    with pytest.raises(BadInput, match="holds no drafts yet"):
        export(tmp_path)
    assert (tmp_path / "feedback/desk.csv").read_text() == "kept\n"


def test_what_is_wrong_with_a_database_never_shows_its_password() -> None:
    with pytest.raises(BadInput) as error:
        read_store("postgresql+psycopg://me:hush@127.0.0.1:1/none", None)
    assert "hush" not in str(error.value)
    assert "postgresql+psycopg://me:***@127.0.0.1:1/none" in str(error.value)


def test_thin_answers_are_each_one_line(tmp_path: Path) -> None:
    with answered(tmp_path) as desk:
        for name, told in {
            "once": {"agent": "ann"},
            "timeless": {"agent": "bob", "seconds": None},
            "again": {"agent": "bob"},
            "nobody": {"agent": None},
        }.items():
            desk.ask(name, **ASKED)
            desk.tell(name, action="accepted", **told)
    found = export(tmp_path)
    assert [line.split(",")[0].split(":")[0] for line in remarks(found)] == [
        "1 accepted drafts have no `seconds`",
        "1 agents have one answer each (ann)",
        "1 answers name no agent",
    ]
    assert all("\n" not in line for line in [*remarks(found), *lines(found)])
