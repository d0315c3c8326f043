"""What a finished run has to show: the scorecard as a table of text, and where to look further."""

from pathlib import Path
from typing import Any, NamedTuple

from drafter.tables import read_json


class ScorecardTable(NamedTuple):
    """Headings and one row of text for each candidate; `winner` is a row's first cell."""

    winner: str
    tickets: int
    headings: list[str]
    rows: list[list[str]]


def scorecard_table(path: Path) -> ScorecardTable:
    """Read reports/scorecard.json. Raises BadInput where it is missing or damaged."""
    from tasks.labels import figure, heading, interval, shown_metrics

    card: dict[str, Any] = read_json(path)
    candidates = card["candidates"]
    shown = shown_metrics(candidates)
    rows = [
        [name, *(f"{figure(m, cells[m]['mean'])} {interval(m, cells[m])}".strip() for m in shown)]
        for name, cells in candidates.items()
    ]
    return ScorecardTable(
        card["winner"], card["tickets"], ["candidate", *map(heading, shown)], rows
    )


def version_page(mlflow_ui: str, version: str) -> str:
    """The page of `models:/NAME/NUMBER` in MLflow's UI."""
    _, name, number = version.rsplit("/", 2)
    return f"{mlflow_ui}/#/models/{name}/versions/{number}"
