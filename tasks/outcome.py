"""What a finished run has to show: the decision as a table of text, and where to look further."""

from pathlib import Path
from typing import Any, NamedTuple

from drafter.tables import read_json


class DecisionTable(NamedTuple):
    """Headings and one row of text for each candidate; `recommended` is a row's first cell.

    A cell may have a second line: the interval below a mean, how many more below `need`.
    """

    recommended: str
    sentence: str
    tickets: int
    headings: list[str]
    rows: list[list[str]]


def decision_table(path: Path) -> DecisionTable:
    """Read reports/decision.json. Raises BadInput where it is missing or damaged.

    Dimensions in which nobody is above zero are left out: nobody costs a hundredth of a cent, say.
    """
    from tasks.decide.words import HEADINGS

    found: dict[str, Any] = read_json(path)
    candidates = found["candidates"]
    shown = [
        dimension
        for dimension in found["dimensions"]
        if any(_above_zero(dimension, cells[dimension]["mean"]) for cells in candidates.values())
    ]
    rows = [
        [
            name,
            *(_cell(dimension, cells[dimension]) for dimension in shown),
            _verdict(found["verdicts"].get(name)),
        ]
        for name, cells in candidates.items()
    ]
    headings = ["candidate", *(HEADINGS[dimension] for dimension in shown), "verdict"]
    return DecisionTable(found["recommended"], found["sentence"], found["tickets"], headings, rows)


def _above_zero(dimension: str, mean: float | None) -> bool:
    """Whether it shows a figure besides zero."""
    from tasks.decide.words import level

    return bool(mean) and any(digit in level(dimension, mean or 0) for digit in "123456789")


def _cell(dimension: str, cell: dict[str, Any]) -> str:
    """A mean; in the dimensions of quality its interval below."""
    from tasks.decide.words import QUALITY, level

    if cell["mean"] is None:
        return "\u2013"
    mean = level(dimension, cell["mean"])
    if dimension not in QUALITY:
        return mean
    low, high = (f"{100 * cell[end]:.1f}".replace("100.0", "100") for end in ("low", "high"))
    return f"{mean}\n[{low} {high}]"


def _verdict(verdict: dict[str, Any] | None) -> str:
    """The champion has none."""
    if verdict is None:
        return "champion"
    more = verdict["more"]
    return f"{verdict['verdict']}\n{more:,} more" if more else str(verdict["verdict"])


def version_page(mlflow_ui: str, version: str) -> str:
    """The page of `models:/NAME/NUMBER` in MLflow's UI."""
    _, name, number = version.rsplit("/", 2)
    return f"{mlflow_ui}/#/models/{name}/versions/{number}"
