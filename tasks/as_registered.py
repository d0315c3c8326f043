"""The data of a registered version: the tables that it was made with, found by their hashes.

The version's evidence has its dvc.lock, and that the hash of each file. A file lies where its stage
wrote it until another run has written another one there; then in DVC's cache.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drafter.versions import EVIDENCE
from tasks.versions import Version


def hashes_of(version: Version) -> dict[str, str]:
    """{path: md5} of the version's dvc.lock; empty for a version that was made by hand.

    What a stage read counts as what it wrote: curate writes a folder, and who reads one table of it
    names that table.
    """
    import mlflow
    import yaml
    from mlflow.exceptions import MlflowException

    try:
        text = mlflow.artifacts.load_text(f"runs:/{version.run}/{EVIDENCE}/dvc.lock")
    except (MlflowException, OSError):
        return {}
    lock: Mapping[str, Any] = yaml.safe_load(text) or {}
    return {
        file["path"]: file["md5"]
        for stage in (lock.get("stages") or {}).values()
        for file in (*stage.get("deps", []), *stage.get("outs", []))
        if "md5" in file
    }


def with_hash(root: Path, file: Path, md5: str | None) -> Path | None:
    """Where the file lies as it was; None where it is nowhere any more."""
    if md5 is None:
        return None
    for place in (file, _in_cache(root, md5)):
        if place is not None and place.is_file() and _md5(place) == md5:
            return place
    return None


def _in_cache(root: Path, md5: str) -> Path | None:
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo(str(root)) as repo:
            return Path(repo.cache.local.oid_to_path(md5))
    except DvcException:
        return None  # no repository of DVC


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
