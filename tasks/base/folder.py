"""A base from a folder on this machine: checked by name, then its plain files copied."""

import shutil
from pathlib import Path

from drafter.errors import ModelUnavailable
from drafter.manifest import MANIFEST, refuse_unsafe
from drafter.progress import progress

# What transformers reads of a safetensors model, and the terms it comes under.
WANTED = {".safetensors", ".json", ".jinja", ".txt", ".model"}
TERMS = ("LICENSE", "LICENCE", "NOTICE", "USE_POLICY")
# Notes of other tools, which change while the model stays the same.
UNWANTED = {MANIFEST, "trainer_state.json", "training_args.json"}


def is_wanted(name: str) -> bool:
    """Whether a model folder's file is copied: weights, configs, tokenizer, licence; no folders."""
    if "/" in name or name in UNWANTED or name.startswith("."):
        return False
    return Path(name).suffix in WANTED or name.startswith(TERMS)


def copy_folder(source: Path, folder: Path) -> None:
    """Copy what is wanted of `source` into `folder`.

    Raises UnsafeModel where `source` holds a pickle or code, or a config asks for code;
    ModelUnavailable where it holds no config or no safetensors.
    """
    refuse_unsafe(source)
    names = sorted(path.name for path in source.iterdir() if path.is_file())
    wanted = [name for name in names if is_wanted(name)]
    if "config.json" not in wanted:
        raise ModelUnavailable(f"{source} has no config.json: name the folder of a whole model")
    if not any(name.endswith(".safetensors") for name in wanted):
        raise ModelUnavailable(
            f"{source} holds no safetensors: save the model with transformers' save_pretrained"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with progress("copying the base", len(wanted), "files") as advance:
        for name in wanted:
            shutil.copyfile(source / name, folder / name)
            advance(1)
