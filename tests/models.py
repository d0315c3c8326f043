"""A tiny base with adapters that change what it writes, in verified folders."""

from pathlib import Path

from drafter.manifest import manifest_digest, verify_manifest, write_manifest
from drafter.tables import read_json, write_json
from tests.tiny_model import make_tiny_model


def make_base(folder: Path) -> Path:
    """A tiny random model with its manifest."""
    make_tiny_model(folder)
    write_manifest(folder, source="tiny", revision=None)
    return folder


def make_adapter(folder: Path, base: Path, seed: int) -> Path:
    """A LoRA adapter over `base` with random weights, large enough to change the text."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    config = LoraConfig(r=4, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(base), config)
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        for name, weights in model.named_parameters():
            if "lora" in name:
                weights.normal_(0, 0.5)
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    # as a stage publishes it: without the base's path on this machine, so the same bytes anywhere
    config = read_json(folder / "adapter_config.json") | {"base_model_name_or_path": "models/base"}
    config["target_modules"].sort()
    write_json(folder / "adapter_config.json", config)
    write_manifest(folder, base=manifest_digest(verify_manifest(base, "make it again")))
    return folder
