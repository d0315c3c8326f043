"""From the checkpoint of the last step to models/sft, the report and the timings."""

import shutil
from pathlib import Path

from drafter.manifest import write_manifest
from drafter.tables import read_json, write_json
from tasks.paths import Paths
from tasks.sft.checkpoints import facts_of
from tasks.sft.report import training_rows, write_rows


def publish(final: Path, paths: Paths, base_digest: str) -> None:
    """Make models/sft, the report and the timings from the checkpoint of the last step."""
    beside = paths.checkpoints("sft") / "adapter"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    shutil.copyfile(final / "adapter_model.safetensors", beside / "adapter_model.safetensors")
    config = read_json(final / "adapter_config.json")
    # peft writes a set in any order, and the base's path on this machine
    if isinstance(config["target_modules"], list):
        config["target_modules"].sort()
    config["base_model_name_or_path"] = "models/base"
    write_json(beside / "adapter_config.json", dict(sorted(config.items())))
    write_manifest(beside, stage="sft", base=base_digest)
    shutil.rmtree(paths.sft, ignore_errors=True)
    paths.sft.parent.mkdir(parents=True, exist_ok=True)
    beside.rename(paths.sft)

    rows = training_rows(read_json(final / "trainer_state.json")["log_history"])
    write_rows(rows, paths.report("training/sft.jsonl"))
    seconds, tokens = facts_of(final)["seconds"], rows[-1]["tokens"]
    write_json(
        paths.report("timings/training/sft.json"),  # not among the drafts
        {"seconds": seconds, "tokens": tokens, "tokens_per_second": tokens / seconds},
    )
