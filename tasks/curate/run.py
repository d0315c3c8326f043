"""Curate batch by batch: clean side by side, decide once over slim facts, write batch by batch.

    validated tickets -> batches -> tidied batches (in a temporary folder) -> facts of all
                                            |                                   |
                                            +------- + what was decided  <------+  -> splits

Only the facts and one field's shingles are in memory as a whole, so a million tickets need about
2 GB, however long their mails are.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from drafter.errors import BadInput
from drafter.records import CURATED, REJECTED, TICKET
from drafter.tables import count_rows, open_table, read_batches, write_json
from tasks.curate.batches import Batches
from tasks.curate.decide import decide, with_clusters
from tasks.curate.finish import dropped_rows, finished_rows
from tasks.curate.leakage import measure, refuse
from tasks.curate.params import CurateParams, Params
from tasks.curate.report import dropped, report
from tasks.paths import SPLITS, Paths


def run(params: Params, paths: Paths) -> None:
    """Write splits, dropped rows, the report and pseudonym rules. Raises LeakFound, BadInput."""
    tickets = read_batches(paths.validated_tickets, TICKET, params.curate.batch_rows)
    total = count_rows(paths.validated_tickets)
    paths.dropped.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=paths.dropped.parent, prefix=".curate-") as folder:
        batches = Batches.tidied(tickets, total, Path(folder), params.curate)
        decided = decided_about(batches, params.curate, params.seed)
        expect_splits(decided)
        kept = decided.filter(pl.col("split").is_not_null())
        leakage = measure(kept, batches.questions().take(kept["row"].to_numpy()))
        refuse(leakage, params.curate.leak_limit)
        write(batches, decided, paths)
    write_json(paths.pseudonym_rules, params.curate.pseudonyms.model_dump())
    write_json(
        paths.report("curation.json"),
        report(decided, leakage, params.curate.leak_limit, batches.placeholders),
    )


def decided_about(batches: Batches, params: CurateParams, seed: int) -> pl.DataFrame:
    """Cluster questions, then replies (one after the other, to hold one in memory), and decide."""
    facts = with_clusters(batches.facts, "question", batches.questions(), params.similarity)
    facts = with_clusters(facts, "reply", batches.replies(), params.similarity)
    return decide(facts, params, seed)


def expect_splits(decided: pl.DataFrame) -> None:
    """Raise BadInput where nothing is left to train on, or nothing to hold out."""
    splits = set(decided["split"].drop_nulls())
    reasons = ", ".join(f"{reason}: {count}" for reason, count in dropped(decided).items())
    for split in ("train", "holdout"):
        if split not in splits:
            raise BadInput(
                f"no ticket is left for {split} of {len(decided)} ({reasons or 'none dropped'}): "
                "see params.yaml curate.holdout_share, holdout_from and straddlers"
            )


def write(batches: Batches, decided: pl.DataFrame, paths: Paths) -> None:
    """Write each split and the dropped rows, in the order of the input."""
    for split in SPLITS:
        with open_table(paths.curated(split), CURATED) as append:
            for rows, table in joined(batches, decided.filter(pl.col("split") == split)):
                append(finished_rows(table, rows))
    with open_table(paths.dropped, REJECTED) as append:
        append(dropped_rows(decided))


def joined(batches: Batches, chosen: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """For each batch, the chosen rows of what was decided and of its table, in the same order."""
    for first, table in batches.tables():
        rows = chosen.filter(pl.col("row").is_between(first, first + len(table), closed="left"))
        yield rows, table[(rows["row"] - first).cast(pl.Int64)]
