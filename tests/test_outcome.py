"""What `make run` prints last."""

from pathlib import Path

import pytest

from drafter.tables import write_json
from flows.outcome import show_outcome
from tasks.labels import LABELS

CANDIDATES = ("nearest", "base", "rag", "sft", "sft-rag")


def test_the_table_fits_into_eighty_columns_where_drafts_cost_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cell(metric: str) -> dict[str, float]:
        widest = {"cost_usd": 0.0, "chrf": 99.9, "rouge_l": 0.999, "similarity": 0.999}
        widest["accuracy"] = 0.999
        top = widest.get(metric, 1.0 if LABELS[metric].percent else 9.99)
        return {"mean": top, "low": 0.991 * top, "high": top, "n": 9}

    cells = {metric: cell(metric) for metric in LABELS}
    card = {"winner": "rag", "tickets": 1234, "candidates": dict.fromkeys(CANDIDATES, cells)}
    write_json(tmp_path / "reports/scorecard.json", card)
    monkeypatch.setenv("COLUMNS", "80")
    show_outcome(tmp_path, "models:/support-drafter/7")
    printed = capsys.readouterr().out
    assert "\u2026" not in printed
    assert "[99.1 100]" in printed
    assert "Best: rag. Registered: models:/support-drafter/7 (challenger)" in printed
    assert max(map(len, printed.splitlines())) <= 80
