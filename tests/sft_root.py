"""A folder in which `python -m tasks.sft` runs within seconds: tiny base, few tickets."""

from pathlib import Path
from typing import Any

import yaml

from drafter.manifest import write_manifest
from drafter.records import RETRIEVED
from drafter.tables import write_table
from tasks.paths import Paths
from tasks.sft.params import Params
from tests.factories import retrieved, retrieved_table
from tests.tiny_model import make_tiny_model

REPOSITORY = Path(__file__).parent.parent


def clause(number: int) -> dict[str, Any]:
    return {
        "chunk_id": f"returns#{number}",
        "doc_id": "returns",
        "title": "Returns",
        "clause": str(number),
        "text": f"Clause {number}: you have {number} days.",
        "url": "https://help.example/returns",
    }


def values(**changes: Any) -> dict[str, Any]:
    """params.yaml for some twelve quick steps; `changes` go into its section sft."""
    sft = {
        "lora": {"rank": 4, "alpha": 8, "dropout": 0.1, "targets": "all-linear"},
        "without_policy": 0.5,
        "chunks": 2,
        "epochs": 3,
        "max_steps": 12,
        "learning_rate": 0.02,
        "warmup_share": 0.1,
        "tokens_per_step": 1024,
        "tokens_per_pass": 512,
        "max_length": 256,
        "batching": "packed",
        "log_every": 2,
        "evaluate_every": 4,
        "checkpoint_every": 4,
        "validation_tickets": 8,
        "gradient_checkpointing": False,
        "device": "cpu",
        "precision": "auto",
        "four_bit": "auto",
        "attention": "auto",
        "threads": 1,
    }
    return {"seed": 7, "sft": sft | changes}


def make_root(root: Path, tickets: int = 60, **changes: Any) -> tuple[Params, Paths]:
    """Write the base, the tables and params.yaml below `root`."""
    paths = Paths(root)
    make_tiny_model(paths.base)
    write_manifest(paths.base, source="tiny", revision=None)
    chunks = [clause(number) for number in (1, 2, 3)]
    for split, first, count in (("train", 0, tickets), ("val", 1000, 12)):
        rows = [retrieved(number, chunks=chunks) for number in range(first, first + count)]
        write_table(paths.retrieved(split), retrieved_table(rows), RETRIEVED)
    (root / "params.yaml").write_text(yaml.safe_dump(values(**changes)))
    return Params.from_values(values(**changes)), paths
