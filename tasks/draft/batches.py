"""Drafting in batches that outlive a kill: each is a file, kept until the stage is through."""

import hashlib
import json
import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.drafter import Drafter
from drafter.manifest import file_sha256
from drafter.progress import progress
from drafter.spec import PARTS, Parts, Spec
from drafter.tables import read_table, write_table

if TYPE_CHECKING:
    import polars as pl


def draft_in_batches(
    drafter: Drafter, tickets: "pl.DataFrame", kept: Path
) -> tuple["pl.DataFrame", dict[str, Any]]:
    """The drafts in the tickets' order, and the pace at which this run made its part of them.

    Batches hold tickets of like length, because each takes as long as its longest row. A batch
    that an earlier run left in `kept` is read; other folders beside `kept` are out of date and go.
    """
    import polars as pl

    from drafter.records import DRAFT

    for stale in kept.parent.glob("*"):
        if stale != kept:
            shutil.rmtree(stale)
    batches = by_length(drafter, tickets)
    done: list[pl.DataFrame] = []
    made = tokens = 0
    seconds = 0.0
    with progress(f"drafting with {drafter.spec.candidate}", tickets.height, "tickets") as advance:
        for number, batch in enumerate(batches):
            path = kept / f"{number:06}.parquet"
            if path.is_file():
                done.append(read_table(path, DRAFT))
            else:
                started = time.perf_counter()
                done.append(drafter.draft(batch))
                seconds += time.perf_counter() - started
                made += batch.height
                tokens += int(done[-1]["tokens_out"].sum())
                write_table(path, done[-1], DRAFT)
            advance(batch.height)
    drafts = tickets.select("ticket_id").join(
        pl.concat(done), on="ticket_id", how="left", maintain_order="left", validate="1:1"
    )
    pace = {
        "drafts": made,
        "drafts_per_second": round(made / seconds, 3) if made else None,
        "tokens_per_second": round(tokens / seconds, 1) if made else None,
    }
    return drafts.select(list(DRAFT)), pace


def by_length(drafter: Drafter, tickets: "pl.DataFrame") -> list["pl.DataFrame"]:
    """The tickets in batches, shortest prompts first; ties by ticket_id."""
    keys = [
        (sum(len(message["content"]) for message in drafter.chat(row)), row["ticket_id"], number)
        for number, row in enumerate(tickets.iter_rows(named=True))
    ]
    order = [number for _, _, number in sorted(keys)]
    size = drafter.spec.batch_size
    return [tickets[order[start : start + size]] for start in range(0, len(order), size)]


def inputs_digest(spec: Spec, parts: Parts, tickets: Path) -> str:
    """One digest over everything that decides the drafts but the code, to keep batches under."""
    digest = hashlib.sha256(json.dumps(asdict(spec)).encode())
    digest.update(file_sha256(tickets).encode())
    for name in PARTS:
        part = getattr(parts, name)
        for path in [part, *sorted(part.rglob("*"))] if part else []:
            if path.is_file():
                line = f"{name}/{path.relative_to(part).as_posix()} {file_sha256(path)}\n"
                digest.update(line.encode())
    return digest.hexdigest()[:32]
