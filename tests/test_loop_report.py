"""The report of a simulated loop: acceptance by letter, paired, and what it says where it fell."""

import csv
from pathlib import Path
from typing import Any

import pytest

from drafter.errors import BadInput
from drafter.tables import read_json, write_json
from tasks.loop.acceptance import acceptance
from tasks.loop.params import Params
from tasks.loop.run import run
from tasks.paths import Paths

PARAMS = Params.from_values({"evaluate": {"resamples": 500, "confidence": 0.95}, "seed": 7})


def verdicts(shares: dict[str, float], letters: int = 100) -> list[dict[str, str]]:
    """Two agents; of each version the first letters are accepted by both."""
    return [
        {"version": version, "ticket_id": f"T-{number:03}", "agent": agent, "kind": "strict",
         "accepted": str(int(number < share * letters))}
        for version, share in shares.items()
        for number in range(letters)
        for agent in ("a", "b")
    ]  # fmt: skip


def turn(number: int, version: str, refused: str | None = None) -> dict[str, Any]:
    return {
        "turn": number, "version": version, "challenger": str(number + 1), "candidate": "dpo-rag",
        "refused": refused, "actions": {"accepted": 3, "edited": 2}, "pairs": 2,
        "decision": {"sentence": "Promote dpo-rag: it is ahead."},
        "seconds": {"at the desk": 60.0, "dvc repro": 120.0, "sft": 50.0},
    }  # fmt: skip


def lay_out(root: Path, rows: list[dict[str, str]], turns: list[dict[str, Any]]) -> Paths:
    paths = Paths(root)
    write_json(
        paths.report("loop/turns.json"),
        {"agents": "panel", "seed": 1, "minutes": 3.0, "turns": turns},
    )
    with paths.report("loop/verdicts.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return paths


def test_a_difference_is_taken_letter_by_letter() -> None:
    found = acceptance(verdicts({"1": 0.4, "2": 0.4, "3": 0.6}), PARAMS)
    assert found["versions"]["1"]["mean"] == pytest.approx(0.4)
    same = found["differences"]["2"]
    assert (same["mean"], same["low"], same["high"]) == (0.0, 0.0, 0.0)
    gain = found["differences"]["3"]
    assert gain["mean"] == pytest.approx(0.2)
    assert 0.1 < gain["low"] < 0.2 < gain["high"] < 0.3
    # unpaired, the interval would be as wide as those of two versions together
    single = found["versions"]["3"]
    assert gain["high"] - gain["low"] < single["high"] - single["low"]


def test_agents_are_no_further_letters() -> None:
    assert acceptance(verdicts({"1": 0.4}), PARAMS)["versions"]["1"]["n"] == 100


def test_the_report_says_what_came_of_it(tmp_path: Path) -> None:
    rows = verdicts({"1": 0.4, "3": 0.6})
    refused = "promote: models:/support-drafter/2 is refused: <no>"
    paths = lay_out(tmp_path, rows, [turn(0, "1"), turn(1, "1", refused), turn(2, "3")])
    run(PARAMS, paths)
    told = paths.report("loop.md").read_text()
    assert "from 40.0%" in told
    assert "+20.0 [" in told
    assert "| 1 | 1 stays |" in told
    assert "| 3.0 |" in told, "minutes of a turn count no stage twice"
    assert refused in told
    page = paths.report("loop.html").read_text()
    assert "&lt;no&gt;" in page
    assert "<svg" in page
    assert "http" not in page.replace("http://www.w3.org", "")
    assert read_json(paths.report("loop.json"))["acceptance"]["differences"]["3"]["mean"] == 0.2


def test_where_nothing_was_promoted_it_says_so(tmp_path: Path) -> None:
    paths = lay_out(tmp_path, verdicts({"1": 0.4}), [turn(0, "1"), turn(1, "1", "no")])
    run(PARAMS, paths)
    assert "Nothing was promoted" in paths.report("loop.md").read_text()


def test_without_a_simulation_there_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"desk\.simulate"):
        run(PARAMS, Paths(tmp_path))
