"""A folder in which `preferences` runs within seconds: few tickets, some clauses, no model."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from drafter.records import CHUNK, CURATED, PREFERENCE_PAIR, REJECTED, RETRIEVED
from drafter.tables import read_json, read_table, write_json, write_table, write_text
from tasks.paths import Paths
from tasks.preferences.params import Params
from tasks.preferences.run import run
from tests.factories import curated, curated_table, retrieved, retrieved_table
from tests.guarded import make_rules

RULES = """\
clauses: 5
rules:
  claims:
    kind: claims
    message: what we state is in the policy or in the ticket
    facts: [amount, date, duration, link, quantity, time]
"""
CHANGED = datetime(2026, 1, 2, tzinfo=UTC)


def params(**changes: Any) -> Params:
    values = {
        "weights": {"edit": 1.0, "rivals": 0.5, "outdated": 1.0, "rule": 1.0},
        "most": 100,
        "length": {"same": 1.1, "most": 3.0},
        "clear_votes": 2,
        "clear_csat": 2,
        "chunks": 2,
        "without_policy": 0.5,
        "drafted_tickets": 0,
        "max_new_tokens": 8,
        "batch_size": 2,
        "device": "cpu",
        "threads": 1,
    }
    return Params.from_values({"preferences": values | changes, "rules": "rules.yaml", "seed": 7})


def clause(
    text: str,
    number: int = 1,
    since: datetime | None = None,
    until: datetime | None = None,
    doc_id: str = "returns",
) -> dict[str, Any]:
    """A CHUNK row; `number` is its place in the document."""
    version = f"{doc_id}@{since:%Y-%m-%d}" if since else doc_id
    return {
        "chunk_id": f"{version}#{number}",
        "doc_id": doc_id,
        "title": doc_id.title(),
        "clause": f"Boots > {number}",
        "text": text,
        "effective_from": since,
        "effective_to": until,
        "url": f"https://help.example/{doc_id}",
    }


def brought(*clauses: dict[str, Any]) -> list[dict[str, Any]]:
    """CHUNK rows as a ticket carries them."""
    dated = ("effective_from", "effective_to")
    return [{k: v for k, v in one.items() if k not in dated} for one in clauses]


OLD = clause("Returns: boots may come back within 30 days.", since=None, until=CHANGED)
NEW = clause("Returns: boots may come back within 45 days.", since=CHANGED)
CLAUSES = [OLD, NEW]


def write_clauses(root: Path, clauses: list[dict[str, Any]]) -> None:
    """What `preferences` reads of an index."""
    folder = Paths(root).index
    write_table(folder / "made/chunks.parquet", pl.DataFrame(clauses, schema=CHUNK), CHUNK)
    write_json(folder / "made/index.json", {})
    write_text(folder / "CURRENT", "made\n")


class Stage:
    """What a run over these tickets wrote."""

    def __init__(
        self,
        root: Path,
        train: list[dict[str, Any]],
        val: list[dict[str, Any]] | None = None,
        holdout: list[dict[str, Any]] | None = None,
        clauses: list[dict[str, Any]] | None = None,
        **changes: Any,
    ) -> None:
        self.paths = paths = Paths(root)
        make_rules(root / "rules.yaml", RULES)
        val = [retrieved(900)] if val is None else val
        for split, rows in (("train", train), ("val", val)):
            write_table(paths.retrieved(split), retrieved_table(rows), RETRIEVED)
        held = curated_table([curated(990)] if holdout is None else holdout)
        write_table(paths.curated("holdout"), held, CURATED)
        write_clauses(root, CLAUSES if clauses is None else clauses)
        run(params(**changes), paths)

    def pairs(self, split: str = "train") -> dict[str, dict[str, Any]]:
        rows = read_table(self.paths.preferences(split), PREFERENCE_PAIR).to_dicts()
        return {row["pair_id"]: row for row in rows}

    @property
    def left_out(self) -> dict[str, str]:
        table = read_table(self.paths.preferences("left_out"), REJECTED)
        return dict(table.select("row_id", "reason").iter_rows())

    @property
    def report(self) -> Any:
        return read_json(self.paths.report("preferences.json"))
