"""What training leaves to be read: a row of the loss for each logging step."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from drafter.tables import write_text

COLUMNS = ("step", "loss", "eval_loss", "learning_rate", "tokens")


def training_rows(
    history: Iterable[Mapping[str, Any]], columns: Sequence[str] = COLUMNS
) -> list[dict[str, Any]]:
    """The trainer's log as one row a step: {"step": 20, "loss": 1.9, "eval_loss": null, ...}.

    Times are left out, so that two runs write the same rows.
    """
    rows: dict[int, dict[str, Any]] = {}
    for entry in history:
        row = rows.setdefault(int(entry["step"]), dict.fromkeys(columns))
        row |= {name: entry[name] for name in columns if name in entry}
    return [rows[step] for step in sorted(rows)]


def write_rows(rows: list[dict[str, Any]], path: Path) -> None:
    """Write `path` (.jsonl) and a .csv beside it, which `dvc plots` can read.

    In the .csv a step without a look at val repeats the last one's figures: a gap would break the
    plotted line into points.
    """
    write_text(path, "".join(json.dumps(row) + "\n" for row in rows))
    table = io.StringIO()
    writer = csv.DictWriter(table, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    measured: dict[str, Any] = {}
    for row in rows:
        measured |= {
            name: value
            for name, value in row.items()
            if name.startswith("eval_") and value is not None
        }
        writer.writerow(row | measured)
    write_text(path.with_suffix(".csv"), table.getvalue())
