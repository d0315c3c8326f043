"""What the version that serves was trained on: found by the hashes that it was registered with.

The version's evidence has its dvc.lock, and that the hash of each table. A table lies where its
stage wrote it until another run has written another one there; then in DVC's cache.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.versions import EVIDENCE
from tasks.paths import Paths
from tasks.versions import Version

if TYPE_CHECKING:
    import polars as pl

TICKETS = ("ticket_id", "created_at", "topic", "subject", "messages", "group")
POLICIES = ("doc_id", "title", "text", "locale", "effective_from", "effective_to", "url")


@dataclass(frozen=True)
class Trained:
    """Tables as the version had them; None where they are nowhere any more, and `missing` why."""

    tickets: "pl.DataFrame | None"
    policies: "pl.DataFrame | None"
    missing: str | None

    @property
    def until(self) -> datetime | None:
        """When the newest training ticket was written."""
        if self.tickets is None or not self.tickets.height:
            return None
        found = self.tickets["created_at"].max()
        assert isinstance(found, datetime)
        return found


def trained(paths: Paths, version: Version) -> Trained:
    """Raises MLflow's own errors where the registry is away."""
    import polars as pl

    hashes = _hashes(version)
    tables: dict[str, pl.DataFrame | None] = {}
    for file, columns in ((paths.curated("train"), TICKETS), (paths.validated_policies, POLICIES)):
        name = file.relative_to(paths.root).as_posix()
        found = _with_hash(paths.root, file, hashes.get(name))
        # an older version's table may have other columns besides
        tables[name] = None if found is None else pl.read_parquet(found, columns=list(columns))
    gone = [name for name, table in tables.items() if table is None]
    missing = (
        f"{' and '.join(gone)}, as version {version.number} had it, is neither there nor in DVC's "
        "cache: `dvc pull`, or register a version of this checkout"
        if gone
        else None
    )
    tickets, policies = tables.values()
    return Trained(tickets, policies, missing)


def _hashes(version: Version) -> dict[str, str]:
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


def _with_hash(root: Path, file: Path, md5: str | None) -> Path | None:
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
