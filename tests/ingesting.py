"""Running ingest on files that a test has written."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from drafter.records import POLICY, REJECTED, TICKET
from drafter.tables import read_json, read_table
from tasks.ingest.params import Params
from tasks.ingest.run import run
from tasks.paths import Paths

HOW = {
    "encoding": "auto",
    "separator": "auto",
    "time_format": "auto",
    "list_separator": ";",
    "leave_out": {},
}
COLUMNS = {"ticket_id": "id", "created_at": "at", "message": "question", "reply": "answer"}


def table(path: str, **keys: Any) -> dict[str, Any]:
    """A source of kind `table`."""
    return {"kind": "table", "path": path, **HOW, "columns": COLUMNS} | keys


class Ingested:
    """What ingest made of the sources: its three tables and its counts."""

    def __init__(
        self, root: Path, tickets: list[Any], policies: list[Any] | None = None, watch: str = "."
    ) -> None:
        if policies is None:
            (root / "policies").mkdir(exist_ok=True)
            (root / "policies/returns.md").write_text("# Returns\n\nWithin 30 days.\n")
            folder = {"kind": "folder", "path": "policies", "encoding": "auto", "exclude": []}
            policies = [folder]
        values = {
            "ingest": {
                "watch": watch,
                "feedback": "feedback",
                "tickets": tickets,
                "policies": policies,
            }
        }
        self.paths = Paths(root)
        run(Params.from_values(values), self.paths)

    @property
    def tickets(self) -> pl.DataFrame:
        return read_table(self.paths.tickets, TICKET)

    @property
    def policies(self) -> pl.DataFrame:
        return read_table(self.paths.policies, POLICY)

    @property
    def quarantine(self) -> pl.DataFrame:
        return read_table(self.paths.ingest_quarantine, REJECTED)

    @property
    def counts(self) -> Any:
        return read_json(self.paths.ingest_counts)

    @property
    def questions(self) -> list[str]:
        """The customers' first messages, in order."""
        return [messages[0]["text"] for messages in self.tickets["messages"].to_list()]

    @property
    def reasons(self) -> dict[str, str]:
        """Why each row was set aside, by where it stands."""
        return dict(self.quarantine.select("source", "reason").iter_rows())


def write_lines(path: Path, rows: list[Any]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
