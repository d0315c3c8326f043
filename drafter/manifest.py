"""Model folders that hold weights and text alone, each file with its hash in manifest.json.

    {"source": "builtin", "revision": null,
     "files": {"config.json": {"bytes": 812, "sha256": "9f…"}, "model.safetensors": {…}}}

`write_manifest` is the last thing that happens to a folder; `verify_manifest` the first.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from drafter.errors import ModelUnavailable, UnsafeModel
from drafter.progress import progress
from drafter.tables import write_json

MANIFEST = "manifest.json"

# Formats that run code when they are opened, or may: each of them can hold a pickle.
PICKLES = {
    ".bin", ".ckpt", ".dill", ".h5", ".joblib", ".keras", ".msgpack", ".npy", ".npz", ".p",
    ".pickle", ".pkl", ".pt", ".pth",
}  # fmt: skip
CHUNK_BYTES = 1 << 22


def refuse_unsafe(folder: Path) -> None:
    """Raise UnsafeModel where a file in `folder` is a pickle, code, or asks for remote code."""
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        refuse_unsafe_name(name, folder)
        if is_config(name):
            refuse_remote_code(path.read_text(encoding="utf-8"), name, folder)


def refuse_unsafe_name(name: str, where: Path | str) -> None:
    """Raise UnsafeModel where a file of this name can run code when it is opened."""
    suffix = Path(name).suffix.lower()
    if suffix in PICKLES:
        raise UnsafeModel(
            f"{where}: {name} can hold a pickle, which runs code when it is opened: keep "
            "safetensors alone (delete it, or convert it with transformers' save_pretrained)"
        )
    if suffix == ".py":
        raise UnsafeModel(
            f"{where}: {name} is code that the model brings along, and no model's code is run "
            "here: choose a model that transformers knows by itself"
        )


def is_config(name: str) -> bool:
    """Whether transformers looks for `auto_map` in this file."""
    return name.endswith(".json") and "config" in Path(name).name


def refuse_remote_code(text: str, name: str, where: Path | str) -> None:
    """Raise UnsafeModel where a config, at any depth, has an `auto_map`."""
    try:
        found = any("auto_map" in mapping for mapping in _mappings(json.loads(text)))
    except json.JSONDecodeError as error:
        raise ModelUnavailable(
            f"{where}: {name} is not JSON ({error}): fetch the model again"
        ) from error
    if found:
        raise UnsafeModel(
            f"{where}: {name} has an auto_map, which asks for trust_remote_code: choose a model "
            "that transformers knows by itself (a newer release of it often does)"
        )


def write_manifest(folder: Path, **facts: Any) -> None:
    """Hash every file below `folder` and write manifest.json with `facts` before the hashes."""
    files = {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": file_sha256(path),
        }
        for path in _files(folder)
    }
    write_json(folder / MANIFEST, facts | {"files": files})


def verify_manifest(folder: Path, remedy: str) -> dict[str, Any]:
    """Read manifest.json and hold every file against it; gives the manifest.

    Raises ModelUnavailable where there is none, and UnsafeModel where a file is missing, is not
    listed, or has another size or hash. `remedy` ends the message.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        listed: dict[str, dict[str, Any]] = manifest["files"]
    except FileNotFoundError:
        raise ModelUnavailable(f"{path} is not there: {remedy}") from None
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise UnsafeModel(f"{path} can't be read ({error}): {remedy}") from None
    found = {file.relative_to(folder).as_posix(): file for file in _files(folder)}
    for name in sorted(set(listed) - set(found)):
        raise UnsafeModel(f"{folder / name} is missing, and manifest.json lists it: {remedy}")
    for name in sorted(set(found) - set(listed)):
        raise UnsafeModel(f"{folder / name} is not listed in manifest.json: {remedy}")
    refuse_unsafe(folder)
    total = sum(facts["bytes"] for facts in listed.values())
    with progress(f"verifying {folder.name}", total, "bytes") as advance:
        for name, facts in listed.items():
            size = found[name].stat().st_size
            if size != facts["bytes"]:
                raise UnsafeModel(
                    f"{folder / name} has {size} bytes instead of {facts['bytes']}: {remedy}"
                )
            digest = _sha256(_blocks(found[name], advance))
            if digest != facts["sha256"]:
                raise UnsafeModel(
                    f"{folder / name} has sha256 {digest[:12]}… instead of "
                    f"{str(facts['sha256'])[:12]}…: {remedy}"
                )
    return dict(manifest)


def manifest_digest(manifest: dict[str, Any]) -> str:
    """One sha256 over the names and hashes of a manifest's files."""
    lines = [f"{facts['sha256']}  {name}\n" for name, facts in sorted(manifest["files"].items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sha256(blocks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()


def _blocks(path: Path, advance: Any) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(CHUNK_BYTES):
            yield block
            advance(len(block))


def _files(folder: Path) -> list[Path]:
    """Every file below `folder` but the manifest itself, sorted."""
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST
    )


def _mappings(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping inside a JSON value."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _mappings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _mappings(inner)
