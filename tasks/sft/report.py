"""What training leaves to be read: a row of the loss for each logging step."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from drafter.tables import write_text

COLUMNS = ("step", "loss", "eval_loss", "learning_rate", "tokens")


def training_rows(history: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The trainer's log as one row a step: {"step": 20, "loss": 1.9, "eval_loss": null, ...}.

    Times are left out, so that two runs write the same rows.
    """
    rows: dict[int, dict[str, Any]] = {}
    for entry in history:
        row = rows.setdefault(int(entry["step"]), dict.fromkeys(COLUMNS))
        row |= {name: entry[name] for name in COLUMNS if name in entry}
    return [rows[step] for step in sorted(rows)]


def write_rows(rows: list[dict[str, Any]], path: Path) -> None:
    """Write `path` (.jsonl) and a .csv beside it, which `dvc plots` can read.

    In the .csv a step without an eval_loss repeats the last one measured: a gap would break the
    plotted line into points.
    """
    write_text(path, "".join(json.dumps(row) + "\n" for row in rows))
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    measured = None
    for row in rows:
        measured = measured if row["eval_loss"] is None else row["eval_loss"]
        writer.writerow(row | {"eval_loss": measured})
    write_text(path.with_suffix(".csv"), table.getvalue())
