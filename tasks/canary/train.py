"""Training `sft` on a planted copy, in a folder of its own, by the very command that DVC runs."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from drafter.errors import StageFailed
from drafter.records import CURATED, RETRIEVED, TICKET
from drafter.tables import read_table, write_table
from tasks.canary.secrets import Secret, plant
from tasks.paths import Paths

if TYPE_CHECKING:
    import polars as pl

CURATED_COPY, BARE_COPY = "through curation", "past curation"


def lay_out(paths: Paths, copy: Paths, secrets: Sequence[Secret], variant: str) -> None:
    """Everything in `copy` that `python -m tasks.sft` reads, with the secrets in its train table.

    `through curation` plants in the validated tickets and curates them; clauses come from the
    tickets as they were retrieved. Val stays without secrets. What a killed run has left there
    stays, so that `sft` goes on from its checkpoint.
    """
    copy.base.parent.mkdir(parents=True, exist_ok=True)
    if not copy.base.exists():
        copy.base.symlink_to(paths.base.resolve())
    shutil.copyfile(paths.root / "params.yaml", copy.root / "params.yaml")
    train = read_table(paths.retrieved("train"), RETRIEVED)
    if variant == CURATED_COPY:
        validated = read_table(paths.validated_tickets, TICKET)
        write_table(copy.validated_tickets, plant(validated, secrets), TICKET)
        run_stage("curate", copy)
        train = with_chunks(read_table(copy.curated("train"), CURATED), train)
    else:
        train = plant(train, secrets)
    write_table(copy.retrieved("train"), train, RETRIEVED)
    write_table(copy.retrieved("val"), read_table(paths.retrieved("val"), RETRIEVED), RETRIEVED)


def with_chunks(curated: "pl.DataFrame", retrieved: "pl.DataFrame") -> "pl.DataFrame":
    """Curated tickets with the clauses that `retrieved` has for them, where it has any."""
    import polars as pl

    chunks = retrieved.select("ticket_id", "chunks")
    joined = curated.join(chunks, on="ticket_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col("chunks").fill_null([]))


def run_stage(stage: str, copy: Paths) -> None:
    """`python -m tasks.STAGE` in `copy`. Raises StageFailed with what it said."""
    # its training is no run that anyone looks for: MLflow's store is the copy's own
    environment = {name: v for name, v in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", f"tasks.{stage}", "--root", str(copy.root)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StageFailed(
            f"`python -m tasks.{stage} --root {copy.root}` ended with {done.returncode}: what it "
            "said stands above"
        )
