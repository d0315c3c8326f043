"""The folder of an index: whole or not there, and the same bytes for the same content.

    models/index/CURRENT                 "3f9c…", the folder beside it that counts
    models/index/3f9c…/chunks.parquet    clauses with their dates in force (CHUNK)
    models/index/3f9c…/solved.parquet    past tickets (SOLVED)
    models/index/3f9c…/vectors.safetensors  "chunks" and "solved", a row for each row of the tables
    models/index/3f9c…/fusion.json       the weights learned on val, and what was measured
    models/index/3f9c…/index.json        the settings, and the sha256 of the other files
    models/index/3f9c…/embedder/         the embedder's own files, unless it comes in a package

A folder is named by a hash of its files and never written again: readers keep what they opened, and
a new content is a new folder, made beside and then pointed to. LanceDB puts random names and clock
times into its files, so it can't be what DVC hashes; drafter/lance.py builds it from these.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.errors import BadInput
from drafter.tables import read_json, read_table, write_json, write_table, write_text

if TYPE_CHECKING:
    from drafter.retrieval import Index

POINTER = "CURRENT"
EMBEDDER = "embedder"
TABLES = ("chunks.parquet", "solved.parquet", "vectors.safetensors", "fusion.json")


def write_index(
    folder: Path, index: "Index", measured: Mapping[str, Any], embedder: Path | None = None
) -> Path:
    """Write `index` beside what is in `folder`, point to it, and remove what was there before.

    `measured` goes into fusion.json with the weights. The files of an `embedder` that isn't
    installed with the project are copied, so that the index can be carried anywhere. Gives the
    folder that now counts.
    """
    from safetensors.numpy import save_file

    from drafter.records import CHUNK, SOLVED

    beside = folder / f".{os.getpid()}.part"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        write_table(beside / "chunks.parquet", index.chunks, CHUNK)
        write_table(beside / "solved.parquet", index.solved_tickets, SOLVED)
        vectors = {"chunks": index.chunk_vectors, "solved": index.solved_vectors}
        save_file(vectors, beside / "vectors.safetensors")
        write_json(beside / "fusion.json", {"weights": asdict(index.weights), **measured})
        settings = asdict(index.settings)
        names = list(TABLES)
        if embedder is not None:
            settings["embedder"] = EMBEDDER
            names += _copy_model(embedder, beside / EMBEDDER)
        files = {name: _sha256(beside / name) for name in names}
        write_json(beside / "index.json", {"settings": settings, "files": files})
        place = folder / _sha256(beside / "index.json")[:16]
        if place.exists():
            shutil.rmtree(beside)
        else:
            beside.rename(place)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    write_text(folder / POINTER, place.name + "\n")
    for other in folder.iterdir():
        if other.is_dir() and other != place:
            shutil.rmtree(other)
    return place


def current(folder: Path) -> Path:
    """The folder that `folder` points to. Raises BadInput where there is none."""
    try:
        place = folder / (folder / POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise BadInput(f"{folder} holds no index: run `dvc repro index` to make it") from None
    if not (place / "index.json").is_file():
        raise BadInput(f"{place} is not there, but {folder / POINTER} names it: run `dvc repro`")
    return place


def open_index(folder: Path, cache: Path | None = None) -> "Index":
    """Open what `write_index` wrote, with every file's hash verified; `cache` is for LanceDB's.

    Raises BadInput where it is missing or damaged.
    """
    from safetensors.numpy import load_file

    from drafter.fusion import Weights
    from drafter.records import CHUNK, SOLVED
    from drafter.retrieval import Index, Settings

    place = current(folder)
    about = read_json(place / "index.json")
    for name, expected in about["files"].items():
        if not (place / name).is_file() or _sha256(place / name) != expected:
            raise BadInput(f"{place / name} is damaged: delete {folder} and run `dvc repro`")
    vectors = load_file(place / "vectors.safetensors")
    settings = Settings(**about["settings"])
    if settings.embedder == EMBEDDER:
        settings = replace(settings, embedder=str(place / EMBEDDER))
    return Index(
        read_table(place / "chunks.parquet", CHUNK),
        vectors["chunks"],
        read_table(place / "solved.parquet", SOLVED),
        vectors["solved"],
        settings,
        Weights(**json.loads((place / "fusion.json").read_text(encoding="utf-8"))["weights"]),
        cache=cache,
    )


def _copy_model(source: Path, target: Path) -> list[str]:
    """Copy what an embedder needs; give the names below the index, sorted."""
    from drafter.embed import MODEL_FILES

    found = sorted({path for pattern in MODEL_FILES for path in source.glob(pattern)})
    for path in found:
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    return [f"{EMBEDDER}/{path.relative_to(source).as_posix()}" for path in found]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
