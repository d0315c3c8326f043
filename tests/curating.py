"""Params and tickets for the tests of curation."""

import random
from pathlib import Path
from typing import Any

import polars as pl

from drafter.records import CURATED, REJECTED, TICKET
from drafter.tables import read_json, read_table, write_table
from tasks.curate.params import Params
from tasks.curate.run import run
from tasks.paths import SPLITS, Paths
from tests.factories import ticket, ticket_table

WORDS = [
    a + b for a in ("ba", "co", "du", "fe", "gi", "ho", "ju", "ka") for b in ("ran", "tel", "vis")
]


def letter(number: int, words: int = 30) -> str:
    """A text that resembles no other number's."""
    draw = random.Random(number)
    return " ".join(draw.choice(WORDS) for _ in range(words))


def letters(count: int) -> list[dict[str, Any]]:
    """Tickets that have nothing in common, an hour apart."""
    return [
        ticket(number, question=letter(number), reply=letter(10_000 + number))
        for number in range(1, count + 1)
    ]


def params(**changes: Any) -> Params:
    values = {
        "languages": None,
        "similarity": 0.8,
        "leak_limit": 0.85,
        "holdout_share": 0.2,
        "holdout_from": None,
        "straddlers": "newer",
        "val_share": 0.2,
        "macro_customers": 3,
        "macro_copies": 50,
        "batch_rows": 1000,
        "processes": 1,
        "pseudonyms": {"order_patterns": ["MB-[0-9]{6}"], "default_region": "US", "keep": []},
    } | changes
    return Params.from_values({"curate": values, "seed": 7})


class Result:
    """The files that a run left."""

    def __init__(self, root: Path) -> None:
        paths = Paths(root)
        self.report = read_json(paths.report("curation.json"))
        self.splits = {split: read_table(paths.curated(split), CURATED) for split in SPLITS}
        self.kept = pl.concat(
            [table.with_columns(split=pl.lit(name)) for name, table in self.splits.items()]
        )
        dropped = read_table(paths.dropped, REJECTED)
        self.dropped = dict(dropped.select("row_id", "reason").iter_rows())

    def split_of(self, ticket_id: str) -> str | None:
        found = self.kept.filter(pl.col("ticket_id") == ticket_id)["split"]
        return found.item() if len(found) else None


def curated(root: Path, rows: list[dict[str, Any]], **changes: Any) -> Result:
    """Run the stage on `rows` under `root`."""
    write_table(Paths(root).validated_tickets, ticket_table(rows), TICKET)
    run(params(**changes), Paths(root))
    return Result(root)
