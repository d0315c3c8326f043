"""Where a team has no pairs yet, the adapter of DPO is SFT's, and the candidates stay in the race.

What params.yaml and dvc.yaml name would otherwise have to be taken out by hand, and put back with
the first edits of agents.
"""

import shutil
from collections.abc import Sequence

from drafter.base_model import ADAPTER_REMEDY
from drafter.manifest import manifest_digest, verify_manifest, write_manifest
from drafter.tables import write_json
from tasks.paths import Paths
from tasks.training.report import write_rows

FILES = ("adapter_config.json", "adapter_model.safetensors")


def keep_sft(paths: Paths, columns: Sequence[str]) -> None:
    """Write models/dpo as a copy of models/sft, and reports that say nothing was trained."""
    manifest = verify_manifest(paths.sft, ADAPTER_REMEDY)
    beside = paths.checkpoints("dpo") / "adapter"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    for name in FILES:
        shutil.copyfile(paths.sft / name, beside / name)
    write_manifest(beside, stage="dpo", base=manifest["base"], sft=manifest_digest(manifest))
    shutil.rmtree(paths.dpo, ignore_errors=True)
    beside.rename(paths.dpo)
    # one row, of no step: what reads the report finds its columns
    nothing = dict.fromkeys(columns) | {"step": 0, "tokens": 0}
    write_rows([nothing], paths.report("training/dpo.jsonl"))
    write_json(
        paths.report("timings/training/dpo.json"),
        {"seconds": 0.0, "tokens": 0, "tokens_per_second": None},
    )
