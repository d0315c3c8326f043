"""What the mill makes of the desk's snapshot, by the stages that read it; what DVC makes of it."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from drafter.errors import BadInput
from drafter.records import CURATED, PREFERENCE_PAIR, REJECTED
from drafter.tables import read_json, read_table
from tasks.customer_key import customer_key
from tasks.feedback.run import run
from tasks.paths import SPLITS, Paths
from tests.canaries import ORDER_PATTERN, Canary, canaries, sightings
from tests.curating import letter
from tests.feedback_root import answered, export, history, params, rows, turn, url, write_export

EDIT = "Ahoy Jo! MB-123456 can come home within 30 days."
AGENTS = {"even": 2, "lenient": 10, "strict": 1}  # of how many drafts each edits one


def asked(number: int, text: str = "") -> dict[str, Any]:
    """A ticket that resembles no other number's."""
    said = f"Where is MB-123456? {letter(500 + number)} {text}"
    return {"messages": [{"role": "customer", "text": said}], "names": ["Jo Smith", "Ann"]}


@dataclass(frozen=True)
class Mill:
    """A desk's store under `store`, a mill under `root` that has run, and what was planted."""

    root: Path
    store: Path
    birds: list[Canary]
    report: dict[str, Any]

    @property
    def paths(self) -> Paths:
        return Paths(self.root)

    @property
    def curated(self) -> pl.DataFrame:
        return pl.concat(
            read_table(self.paths.curated(split), CURATED).with_columns(split=pl.lit(split))
            for split in SPLITS
        )

    @property
    def pairs(self) -> dict[str, dict[str, Any]]:
        return {
            pair["ticket_id"]: pair
            for split in ("train", "val")
            for pair in read_table(self.paths.preferences(split), PREFERENCE_PAIR).to_dicts()
        }


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Mill:
    """Three agents answer sixty tickets; customers of the export write to the desk too."""
    root, store = tmp_path_factory.mktemp("mill"), tmp_path_factory.mktemp("store")
    # the small drafter of these tests knows other order numbers
    birds = [bird for bird in canaries(36) if bird.kind != "ORDER"]
    tickets = history(40)
    write_export(root, tickets)
    with answered(store) as desk:
        for number in range(60):
            agent = list(AGENTS)[number % 3]
            edits = number // 3 % AGENTS[agent] == 0
            desk.ask(f"{number}", **asked(number))
            told = {"action": "edited", "sent": EDIT} if edits else {"action": "accepted"}
            desk.tell(f"{number}", agent=agent, **told)
        desk.ask("T-39", **asked(39), external_id="T-39", customer=tickets[39]["who"])
        desk.tell("T-39", action="edited", sent=EDIT, agent="even")
        for number in (36, 37, 38):
            desk.ask(f"of {number}", **asked(100 + number), customer=tickets[number]["who"])
            desk.tell(f"of {number}", action="edited", sent=EDIT, agent="even")
        for number, bird in enumerate(birds):
            ticket = asked(200 + number, f"This is {bird.value}, as I wrote.")
            if bird.kind == "NAME":
                ticket["names"] = [bird.value]
            desk.ask(bird.value, **ticket, subject=f"About {bird.value}", customer=bird.value)
            sent = f"Hello {bird.value}! MB-123456 {letter(number, 3)} in 30 days."
            desk.tell(bird.value, action="edited", sent=sent, agent="even")
    report = run(params(), Paths(root), url(store))
    turn(root, ORDER_PATTERN)
    return Mill(root, store, birds, report)


def test_an_edit_becomes_a_pair_that_weighs_what_its_agent_says(mill: Mill) -> None:
    made, weights = rows(mill.root), dict[str, set[float]]()
    for ticket_id, pair in mill.pairs.items():
        row = made[ticket_id]
        assert (pair["origin"], pair["rejected"]) == ("edit", row["draft"])
        assert pair["chosen"] == row["reply"]
        assert pair["weight"] == float(row["draft_weight"])
        weights.setdefault(row["agent"], set()).add(pair["weight"])
    assert max(weights["strict"]) < min(weights["even"]) < min(weights["lenient"])


def test_accepted_drafts_are_learned_from_and_are_no_pair(mill: Mill) -> None:
    made = rows(mill.root)
    accepted = {name for name, row in made.items() if row["action"] == "accepted"}
    assert accepted
    assert accepted <= set(mill.curated["ticket_id"])
    left = read_table(mill.paths.preferences("left_out"), REJECTED)
    reasons = dict(left.select("row_id", "reason").iter_rows())
    assert {reasons[f"edit:{name}"] for name in accepted} == {"unchanged"}
    assert mill.report["left_out"] == {"accepted_lenient": 18}
    assert {made[name]["agent"] for name in accepted} == {"even"}


def test_no_reply_made_of_our_own_draft_judges_the_candidates(mill: Mill) -> None:
    ours = mill.curated.drop_nulls("draft_weight")
    assert ours.height == mill.report["rows"]
    assert set(ours["split"]) == {"train", "val"}, "though they are the newest of all"


def test_a_ticket_of_the_export_that_came_to_the_desk_counts_once_with_its_draft(
    mill: Mill,
) -> None:
    once = mill.curated.filter(pl.col("ticket_id") == "T-39")
    assert once["reply"].to_list() == [rows(mill.root)["T-39"]["reply"]]
    aside = read_table(mill.paths.quarantine, REJECTED).select("row_id", "reason").rows()
    ((row, reason),) = aside
    assert (row, reason.partition(":")[0]) == ("T-39", "duplicate_ticket_id of desk.csv")


def test_a_customer_of_the_desk_and_of_the_export_lies_in_one_split(mill: Mill) -> None:
    dropped = dict(read_table(mill.paths.dropped, REJECTED).select("row_id", "reason").iter_rows())
    assert {name: why.split()[0] for name, why in dropped.items()} == {
        f"T-{number}": "same_customer" for number in (36, 37, 38)
    }
    holdout = mill.curated.filter(pl.col("split") == "holdout")
    assert holdout["ticket_id"].to_list() == [f"T-{number}" for number in range(31, 36)]
    assert all(
        row["customer"] in ("", customer_key(row["customer"])) for row in rows(mill.root).values()
    )


def test_no_customers_value_leaves_the_store(mill: Mill) -> None:
    assert len(mill.pairs) > len(mill.birds)
    assert sightings(mill.root, [*mill.birds, Canary("ORDER", "MB-123456")]) == []
    assert sightings(mill.store, mill.birds), "the store itself has them"


# What DVC makes of it.


def edited(root: Path) -> None:
    """A store with one edit in it."""
    with answered(root) as desk:
        desk.ask("it", **asked(1))
        desk.tell("it", action="edited", sent=EDIT)


def test_dvc_tracks_the_snapshot_and_ingest_wants_what_dvc_tracks(tmp_path: Path) -> None:
    for command in (["git", "init", "--quiet"], [sys.executable, "-m", "dvc", "init", "--quiet"]):
        subprocess.run(command, cwd=tmp_path, check=True, env=os.environ)
    write_export(tmp_path, history(40))
    edited(tmp_path)
    found = export(tmp_path)
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
    edited(tmp_path)
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
