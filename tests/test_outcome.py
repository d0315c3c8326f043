"""What `make run` prints last."""

from pathlib import Path
from typing import Any

import pytest

from drafter.tables import write_json
from flows.outcome import show_outcome

CANDIDATES = ("nearest", "base", "rag", "sft", "sft-rag", "dpo", "dpo-rag", "claude-haiku-latest")
DIMENSIONS = ("accuracy", "compliance", "tone", "latency", "cost", "abstention")


def decision(cost: float) -> dict[str, Any]:
    """Eight candidates with the widest figures that there are."""

    def cell(mean: float) -> dict[str, float]:
        return {"mean": mean, "low": 0.991 * mean, "high": mean, "n": 9}

    cells = {name: cell(1.0) for name in DIMENSIONS} | {"latency": cell(19.87), "cost": cell(cost)}
    verdicts: dict[str, Any] = {
        name: {"verdict": "need", "more": 12345, "why": "", "broken": []} for name in CANDIDATES[1:]
    }
    verdicts["rag"] = {"verdict": "promote", "more": None, "why": "", "broken": []}
    return {
        "champion": "nearest",
        "recommended": "rag",
        "sentence": "Promote rag: 100.0 % accuracy against 40.0 % of nearest; "
        "ahead of sft-rag, told apart by accuracy.",
        "tickets": 1234,
        "dimensions": list(DIMENSIONS),
        "candidates": dict.fromkeys(CANDIDATES, cells),
        "verdicts": verdicts,
    }


def printed(
    root: Path, cost: float, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch
) -> str:
    write_json(root / "reports/decision.json", decision(cost))
    patch.setenv("COLUMNS", "80")
    show_outcome(root, "models:/support-drafter/7")
    return capsys.readouterr().out


def test_the_table_of_eight_candidates_fits_into_eighty_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = printed(tmp_path, 0.0123, capsys, monkeypatch)
    assert "\u2026" not in shown
    assert "[99.1 100]" in shown
    assert "12,345 more" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_the_recommendation_stands_below_it_with_the_version(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = " ".join(printed(tmp_path, 0.0, capsys, monkeypatch).split())
    assert "Promote rag: 100.0 % accuracy against 40.0 % of nearest" in shown
    assert "Registered: rag as models:/support-drafter/7 (challenger)" in shown
    # what costs nothing is no column
    assert "USD" not in shown
