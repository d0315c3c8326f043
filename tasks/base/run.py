"""Make models/base: train it, copy it or fetch it, look at it, and write its hashes last."""

import shutil
from pathlib import Path

from drafter.base_model import load_tokenizer, read_config
from drafter.manifest import refuse_unsafe, write_manifest
from tasks.base.folder import copy_folder
from tasks.base.hub import fetch_hub
from tasks.base.params import Params
from tasks.base.source import Builtin, Folder, parse_source
from tasks.paths import Paths


def run(params: Params, paths: Paths) -> None:
    """Write models/base with safetensors, config, tokenizer and manifest.json.

    Raises UnsafeModel, ModelUnavailable or ParamsError, each naming the file and the remedy.
    """
    source = parse_source(params.base, paths.root)
    beside = paths.var / "base.part"
    revision: str | None = None
    if isinstance(source, Builtin):
        from tasks.base.builtin import train_builtin

        _clear(beside)
        train_builtin(params.builtin, params.seed, beside)
        name = "builtin"
    elif isinstance(source, Folder):
        _clear(beside)
        copy_folder(source.path, beside)
        # a path says where this machine keeps its models, and nothing about the model
        name = f"folder {source.path.name}"
    else:
        # kept between attempts, so that a download goes on where it was cut off
        beside = paths.var / "downloads" / f"{source.repo.replace('/', '--')}@{source.revision}"
        revision = fetch_hub(source, beside)
        name = source.repo
    shutil.rmtree(beside / ".cache", ignore_errors=True)
    refuse_unsafe(beside)
    read_config(beside)
    load_tokenizer(beside)
    write_manifest(beside, source=name, revision=revision)
    shutil.rmtree(paths.base, ignore_errors=True)
    paths.base.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(beside, paths.base)


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
