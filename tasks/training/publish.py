"""From the checkpoint of the last step to the adapter's folder, the report and the timings."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from drafter.manifest import write_manifest
from drafter.tables import read_json, write_json
from tasks.paths import Paths
from tasks.training.checkpoints import facts_of
from tasks.training.report import training_rows, write_rows


def publish(stage: str, final: Path, paths: Paths, columns: Sequence[str], **manifest: str) -> None:
    """Make models/STAGE, the report and the timings from the checkpoint of the last step.

    `manifest`: what the adapter hangs on, as its base's digest.
    """
    target = paths.root / "models" / stage
    beside = paths.checkpoints(stage) / "adapter"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    shutil.copyfile(final / "adapter_model.safetensors", beside / "adapter_model.safetensors")
    config = read_json(final / "adapter_config.json")
    # peft writes a set in any order, and the base's path on this machine
    if isinstance(config["target_modules"], list):
        config["target_modules"].sort()
    config["base_model_name_or_path"] = "models/base"
    write_json(beside / "adapter_config.json", dict(sorted(config.items())))
    write_manifest(beside, stage=stage, **manifest)
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside.rename(target)

    rows = training_rows(read_json(final / "trainer_state.json")["log_history"], columns)
    write_rows(rows, paths.report(f"training/{stage}.jsonl"))
    seconds, tokens = facts_of(final)["seconds"], rows[-1]["tokens"]
    write_json(
        paths.report(f"timings/training/{stage}.json"),  # not among the drafts
        {"seconds": seconds, "tokens": tokens, "tokens_per_second": tokens / seconds},
    )
