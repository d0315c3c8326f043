"""From what agents told the desk to the snapshot, and on to pairs: each answer where it belongs."""

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drafter.errors import BadInput
from drafter.records import CURATED, PREFERENCE_PAIR, REJECTED
from drafter.tables import read_json, read_table
from tasks.customer_key import customer_key
from tasks.feedback.read import read_store
from tasks.feedback.run import remarks, run
from tasks.feedback.table import lines
from tasks.paths import SPLITS, Paths
from tests.canaries import ORDER_PATTERN, canaries, sightings
from tests.curating import letter
from tests.feedback_root import answered, export, history, params, rows, turn, url, write_export

DRAFT = "Ahoy [NAME_1]! [ORDER_1] may come back within 30 days."
ASKED = {"messages": [{"role": "customer", "text": "Where is MB-123456? I am Jo."}]}
ASKED |= {"names": ["Jo Smith", "Ann"]}
EDIT = "Ahoy Jo! MB-123456 is most welcome back within 30 days."


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
    assert row["reply"] == "Ahoy [NAME_1]! [ORDER_1] is most welcome back within 30 days."
    assert (found["rows"], found["actions"], found["edits"]) == (1, {"edited": 1}, {"light": 1})


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"action": "discarded"}, "discarded"),
        ({"action": "edited"}, "nothing_sent"),
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
        ({"action": "edited", "sent": "Ahoy Jo! MB-123456 may come back within 30  days."}, "accepted"),
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


# From here on the stages run that read the snapshot.


def test_an_edit_becomes_a_pair_that_weighs_what_its_agent_says(tmp_path: Path) -> None:
    write_export(tmp_path, history(40))
    with answered(tmp_path) as desk:
        for number in range(60):
            agent = f"agent-{number % 3}"
            asked = ASKED | {"messages": [{"role": "customer", "text": letter(500 + number)}]}
            desk.ask(f"{number}", **asked, at="2026-01-05T10:00:00Z")
            # agent-2 hardly ever accepts, so an edit of hers says less
            accepts = number % 3 < 2 and number % 6 != 0
            sent = None if accepts else f"Ahoy Jo! {letter(900 + number, 6)} within 30 days."
            desk.tell(
                f"{number}", action="accepted" if accepts else "edited", agent=agent, sent=sent
            )
    found = export(tmp_path)
    assert found["spread"]["agents"] > 0
    made = rows(tmp_path)
    paths = turn(tmp_path)
    pairs = {
        pair["ticket_id"]: pair
        for split in ("train", "val")
        for pair in read_table(paths.preferences(split), PREFERENCE_PAIR).to_dicts()
    }
    assert pairs
    weights: dict[str, set[float]] = {}
    for ticket_id, pair in pairs.items():
        row = made[ticket_id]
        assert (pair["origin"], pair["chosen"], pair["rejected"]) == (
            "edit", row["reply"], row["draft"],
        )  # fmt: skip
        assert pair["weight"] == float(row["draft_weight"])
        weights.setdefault(row["agent"], set()).add(pair["weight"])
    assert max(weights["agent-2"]) < 1 < min(weights["agent-0"])


def test_accepted_drafts_are_learned_from_and_are_no_pair(tmp_path: Path) -> None:
    write_export(tmp_path, history(40))
    with answered(tmp_path) as desk:
        for number in range(3):
            asked = ASKED | {"messages": [{"role": "customer", "text": letter(500 + number)}]}
            desk.ask(f"{number}", **asked)
            desk.tell(f"{number}", action="accepted")
    export(tmp_path)
    paths = turn(tmp_path)
    trained = {split: read_table(paths.curated(split), CURATED) for split in SPLITS}
    ours = {name: table.drop_nulls("draft_weight").height for name, table in trained.items()}
    assert ours["train"] + ours["val"] == 3
    left = read_table(paths.preferences("left_out"), REJECTED)
    reasons = dict(left.select("row_id", "reason").iter_rows())
    assert {reasons[f"edit:{name}"] for name in rows(tmp_path)} == {"unchanged"}


def test_no_reply_made_of_our_own_draft_judges_the_candidates(tmp_path: Path) -> None:
    write_export(tmp_path, history(40))
    with answered(tmp_path) as desk:
        for number in range(30):
            asked = ASKED | {"messages": [{"role": "customer", "text": letter(500 + number)}]}
            desk.ask(f"{number}", **asked)  # now: newer than any ticket of the export
            desk.tell(f"{number}", action="edited", sent=EDIT)
    export(tmp_path)
    paths = turn(tmp_path)
    holdout = read_table(paths.curated("holdout"), CURATED)
    assert holdout.height == 8, "a fifth of the export's own"
    assert holdout["draft_weight"].null_count() == holdout.height


def test_a_ticket_of_the_export_that_came_to_the_desk_counts_once_with_its_draft(
    tmp_path: Path,
) -> None:
    tickets = history(40)
    write_export(tmp_path, tickets)
    with answered(tmp_path) as desk:
        desk.ask("it", messages=[{"role": "customer", "text": tickets[39]["question"]}],
                 external_id="T-39", customer=tickets[39]["who"], at=tickets[39]["at"])  # fmt: skip
        desk.tell("it", action="edited", sent=EDIT)
    export(tmp_path)
    paths = turn(tmp_path)
    whole = [
        row for split in SPLITS for row in read_table(paths.curated(split), CURATED).to_dicts()
    ]
    assert [row["reply"] for row in whole if row["ticket_id"] == "T-39"] == [
        rows(tmp_path)["T-39"]["reply"]
    ]
    aside = read_table(paths.quarantine, REJECTED)
    assert aside.select("row_id", "reason").rows() == [
        ("T-39", "duplicate_ticket_id of desk.csv:1")
    ]


def test_a_customer_of_the_desk_and_of_the_export_lies_in_one_split(tmp_path: Path) -> None:
    tickets = history(40)
    write_export(tmp_path, tickets)
    with answered(tmp_path) as desk:
        # whoever wrote the newest tickets, which are held out, writes to the desk as well
        for number in range(36, 40):
            desk.ask(f"{number}", messages=[{"role": "customer", "text": letter(500 + number)}],
                     customer=tickets[number]["who"])  # fmt: skip
            desk.tell(f"{number}", action="edited", sent=EDIT)
    export(tmp_path)
    paths = turn(tmp_path)
    holdout = set(read_table(paths.curated("holdout"), CURATED)["ticket_id"])
    assert holdout == {"T-32", "T-33", "T-34", "T-35"}
    dropped = dict(read_table(paths.dropped, REJECTED).select("row_id", "reason").iter_rows())
    assert {dropped[f"T-{number}"].split()[0] for number in range(36, 40)} == {"same_customer"}
    assert rows(tmp_path).popitem()[1]["customer"].startswith("customer-")
    assert customer_key(customer_key("jo@example.com")) == customer_key("jo@example.com")


def test_no_customers_value_leaves_the_store(tmp_path: Path) -> None:
    birds = canaries(60)
    mill = tmp_path / "mill"
    mill.mkdir()
    write_export(mill, history(40))
    with answered(mill) as desk:
        for number, bird in enumerate(birds):
            named = bird.value if bird.kind == "NAME" else "Jo Smith"
            text = f"{letter(500 + number)} This is {bird.value}, as I wrote."
            desk.ask(f"{number}", messages=[{"role": "customer", "text": text}], names=[named],
                     subject=f"About {bird.value}", customer=bird.value)  # fmt: skip
            heavy = f"Hello {bird.value}, it is {letter(number, 12)} within 30 days."
            desk.tell(f"{number}", action="edited", sent=heavy)
    # the small drafter of these tests knows other order numbers
    birds = [bird for bird in birds if bird.kind != "ORDER"]
    (mill / "var").mkdir()
    for file in mill.glob("feedback.db*"):
        file.rename(mill / "var" / file.name)
    run(params(), Paths(mill), url(mill / "var"))
    paths = turn(mill, ORDER_PATTERN)
    assert any(read_table(paths.preferences(s), PREFERENCE_PAIR).height for s in ("train", "val"))
    seen = [(file, value) for file, value in sightings(mill, birds) if not file.startswith("var/")]
    assert seen == []
    assert sightings(mill / "var", birds), "the store itself has them"


# What can be wrong with a store.


def test_a_store_that_is_not_there_is_named_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no feedback store at .*feedback.db"):
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


# What DVC makes of it.


def test_dvc_tracks_the_snapshot_and_ingest_wants_what_dvc_tracks(tmp_path: Path) -> None:
    for command in (["git", "init", "--quiet"], [sys.executable, "-m", "dvc", "init", "--quiet"]):
        subprocess.run(command, cwd=tmp_path, check=True, env=os.environ)
    write_export(tmp_path, history(40))
    found = said(tmp_path, action="edited", sent=EDIT)
    note = tmp_path / "feedback/desk.csv.dvc"
    assert found["tracked"]
    stamp = note.stat().st_mtime_ns
    export(tmp_path)
    assert note.stat().st_mtime_ns == stamp, "told twice, it acts once"
    (tmp_path / "feedback/desk.csv").unlink()
    with pytest.raises(BadInput, match="dvc checkout"):
        turn(tmp_path)
    subprocess.run(
        [sys.executable, "-m", "dvc", "checkout", "--quiet", str(note)], cwd=tmp_path, check=True
    )
    assert len(rows(tmp_path)) == 1


def test_the_command_prints_its_table_and_ends_with_one_line_where_there_is_no_store(
    tmp_path: Path,
) -> None:
    (tmp_path / "params.yaml").write_text(Path("params.yaml").read_text())
    said(tmp_path, action="edited", sent=EDIT)
    command = [sys.executable, "-m", "tasks.feedback", "--root", str(tmp_path)]
    here = os.environ | {"REPLYMILL_FEEDBACK_URL": url(tmp_path)}
    done = subprocess.run(command, env=here, capture_output=True, text=True, check=True)
    assert "1 rows (1 edited)" in done.stdout
    assert "would accept of all" in done.stdout
    assert read_json(tmp_path / "reports/feedback.json")["rows"] == 1
    gone = here | {"REPLYMILL_FEEDBACK_URL": "sqlite:////nowhere/feedback.db"}
    failed = subprocess.run(command, env=gone, capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert failed.stderr.startswith("feedback: no feedback store at /nowhere/feedback.db")
    assert failed.stderr.count("\n") == 1
