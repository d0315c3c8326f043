"""What the SFT adapter makes of each pair, once: DPO holds the adapter in training to that.

TRL would take a PEFT model with its adapter off for the reference, which is the base, or a copy of
the adapter that costs a pass in every step. Here the adapter is asked before its first step, when
it still is SFT's, and what it says is kept beside the checkpoints.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.progress import progress
from drafter.tables import read_json, write_json
from tasks.dpo.batches import batches

if TYPE_CHECKING:
    import torch
    from datasets import Dataset

Ask = Callable[[list[dict[str, Any]]], "torch.Tensor"]


def with_reference(dataset: "Dataset", ask: Ask, size: int, kept: Path) -> "Dataset":
    """`dataset` with a column `reference`: log-probabilities of chosen and rejected.

    `ask` gives them as (pairs, 2), for `size` pairs at a time. They are read from `kept` where an
    earlier run left them; that file must be of the same pairs and the same adapter.
    """
    if not kept.is_file():
        found: list[list[float]] = []
        with progress(f"reference of {kept.stem}", len(dataset), "pairs") as advance:
            for batch in batches(dataset, size):
                found += ask(batch).tolist()
                advance(len(batch))
        write_json(kept, {"reference": found})
    return dataset.add_column("reference", read_json(kept)["reference"])
