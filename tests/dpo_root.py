"""A folder in which `python -m tasks.dpo` runs within seconds: tiny base and adapter, few pairs."""

from pathlib import Path
from typing import Any

import polars as pl
import yaml

from drafter.records import PREFERENCE_PAIR
from drafter.tables import write_table
from tasks.dpo.params import Params
from tasks.paths import Paths
from tests.models import make_adapter, make_base


def pair(number: int = 1, **fields: Any) -> dict[str, Any]:
    """A PREFERENCE_PAIR row: the figure in force against an older one."""
    question = f"How long do I have to return order {number}?"
    policy = {"role": "system", "content": f"Returns: {20 + number % 7} days."}
    asked = {"role": "user", "content": question}
    return {
        "pair_id": f"outdated/T-{number}",
        "ticket_id": f"T-{number}",
        "prompt": [policy, asked] if number % 2 else [asked],
        "chosen": f"You have {20 + number % 7} days.",
        "rejected": "You have 90 days to send it back.",
        "origin": "outdated",
        "edit": None,
        "weight": 1.0,
    } | fields


def write_pairs(paths: Paths, split: str, rows: list[dict[str, Any]]) -> None:
    table = pl.DataFrame(rows, schema=PREFERENCE_PAIR)
    write_table(paths.preferences(split), table, PREFERENCE_PAIR)


def values(**changes: Any) -> dict[str, Any]:
    """params.yaml for twelve quick steps; `changes` go into its section dpo."""
    dpo = {
        "beta": 0.1,
        "sft_weight": 0.0,
        "epochs": 2,
        "max_steps": None,
        "learning_rate": 0.01,
        "warmup_share": 0.1,
        "pairs_per_step": 8,
        "pairs_per_pass": 4,
        "max_length": 256,
        "log_every": 2,
        "evaluate_every": 4,
        "checkpoint_every": 4,
        "validation_pairs": 8,
        "gradient_checkpointing": False,
        "device": "cpu",
        "precision": "auto",
        "four_bit": "auto",
        "attention": "auto",
        "threads": 1,
    }
    return {"seed": 7, "dpo": dpo | changes}


def make_root(root: Path, pairs: int = 48, **changes: Any) -> tuple[Params, Paths]:
    """Write base, SFT adapter, pairs and params.yaml below `root`."""
    paths = Paths(root)
    if not paths.sft.exists():
        make_adapter(paths.sft, make_base(paths.base), seed=3)
        write_pairs(paths, "train", [pair(number) for number in range(pairs)])
        write_pairs(paths, "val", [pair(number) for number in range(1000, 1012)])
    (root / "params.yaml").write_text(yaml.safe_dump(values(**changes)))
    return Params.from_values(values(**changes)), paths
