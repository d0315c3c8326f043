"""Large exports stream: many times the rows take hardly more memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ingesting import COLUMNS, HOW, table

HOUSE = Path(__file__).parent.parent

# Runs the stage in a process of its own and prints the most memory that it held, in kB.
MEASURE = """
import json, resource, sys
from pathlib import Path
from tasks.ingest.params import Params
from tasks.ingest.run import run
from tasks.paths import Paths
run(Params.from_values(json.loads(sys.argv[2])), Paths(Path(sys.argv[1])))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
TEXT = "I ordered a lantern and it did not arrive, what now? " * 3


def peak_memory(root: Path, tickets: list[object]) -> int:
    """Bytes that ingest held at most."""
    (root / "policies").mkdir(exist_ok=True)
    (root / "policies/returns.md").write_text("# Returns\n\nWithin 30 days.\n")
    folder = {"kind": "folder", "path": "policies", "encoding": "auto", "exclude": []}
    values = {
        "ingest": {"watch": ".", "feedback": "feedback", "tickets": tickets, "policies": [folder]}
    }
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(root), json.dumps(values)],
        capture_output=True,
        text=True,
        cwd=HOUSE,
        check=True,
    )
    return int(done.stdout) * 1024


def write_table(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("id,at,question,answer\n")
        for first in range(0, rows, 10_000):
            file.writelines(
                f'T-{i},2026-03-02 09:15:00,"<p>""{i}"" {TEXT}</p>\n",Soon {i}.\n'
                for i in range(first, first + 10_000)
            )


def write_two_tables(root: Path, questions: int) -> list[object]:
    """Two replies to every question, in another order."""
    with (root / "questions.csv").open("w", encoding="utf-8") as file:
        file.write("id,at,by,question\n")
        file.writelines(
            f"Q-{i},2026-03-02 09:15:00,C-{i // 3},{i} {TEXT[:40]}\n" for i in range(questions)
        )
    with (root / "replies.csv").open("w", encoding="utf-8") as file:
        file.write("of,at,by,text\n")
        for hour in (11, 10):
            file.writelines(
                f"Q-{i * 7919 % questions},2026-03-02 {hour}:15:00,ann,{i} at {hour} {TEXT[:40]}\n"
                for i in range(questions)
            )
    asked = {"ticket_id": "id", "created_at": "at", "customer": "by", "message": "question"}
    replied = {"ticket_id": "of", "created_at": "at", "agent": "by", "reply": "text"}
    return [
        {
            "kind": "two_tables",
            "questions": {"path": "questions.csv", **HOW, "columns": asked},
            "replies": {"path": "replies.csv", **HOW, "columns": replied},
            "rule": ["first"],
            "history": False,
            "rivals": 2,
        }
    ]


def test_five_times_the_rows_take_hardly_more_memory(tmp_path: Path) -> None:
    peaks = []
    for rows in (60_000, 300_000):
        write_table(tmp_path / "a.csv", rows)
        peaks.append(peak_memory(tmp_path, [table("a.csv", columns=COLUMNS)]))
    assert peaks[1] <= 1.2 * peaks[0], peaks


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_five_million_rows_take_at_most_a_fifth_more_memory_than_half_a_million(
    tmp_path: Path,
) -> None:
    peaks = []
    for rows in (500_000, 5_000_000):
        write_table(tmp_path / "a.csv", rows)
        peaks.append(peak_memory(tmp_path, [table("a.csv", columns=COLUMNS)]))
    assert peaks[1] <= 1.2 * peaks[0], peaks


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_five_million_questions_are_joined_in_hardly_more_memory_than_half_a_million(
    tmp_path: Path,
) -> None:
    peaks = []
    for questions in (500_000, 5_000_000):
        peaks.append(peak_memory(tmp_path, write_two_tables(tmp_path, questions)))
    assert peaks[1] <= 1.2 * peaks[0], peaks
