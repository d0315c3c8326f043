"""Checkpoints that are either complete or not there.

transformers writes a checkpoint's files in place, and resumes from the highest number, whole or
not. Here a checkpoint counts once `complete.json` lies in it, which is written last and holds the
hash of every other file. They live below var/, in a folder named by a digest of all that decides
the result: checkpoints of other data or settings are never gone on from.
"""

import shutil
from pathlib import Path
from typing import Any

from drafter.errors import BadInput
from drafter.manifest import file_sha256
from drafter.tables import read_json, write_json

MARKER = "complete.json"
KEEP = 2


def folder_for(root: Path, digest: str) -> Path:
    """The folder of this digest's checkpoints; those of every other digest are deleted."""
    folder = root / digest[:16]
    folder.mkdir(parents=True, exist_ok=True)
    for other in root.iterdir():
        if other.is_dir() and other != folder:
            shutil.rmtree(other)
    return folder


def checkpoint_at(folder: Path, step: int) -> Path:
    """Where transformers writes the checkpoint of `step`."""
    return folder / f"checkpoint-{step}"


def mark_complete(checkpoint: Path, **facts: Any) -> None:
    """Hash what is in `checkpoint`, keep `facts` with it, then delete the older checkpoints."""
    files = {
        path.relative_to(checkpoint).as_posix(): file_sha256(path)
        for path in sorted(checkpoint.rglob("*"))
        if path.is_file() and path.name != MARKER
    }
    write_json(checkpoint / MARKER, facts | {"files": files})
    newest_first = _checkpoints(checkpoint.parent)
    for old in newest_first[newest_first.index(checkpoint) + KEEP :]:
        shutil.rmtree(old)


def last_complete(folder: Path) -> Path | None:
    """The newest complete checkpoint; what is newer or broken is deleted."""
    for checkpoint in _checkpoints(folder):
        if _is_complete(checkpoint):
            return checkpoint
        shutil.rmtree(checkpoint)
    return None


def facts_of(checkpoint: Path) -> dict[str, Any]:
    """What `mark_complete` was given."""
    return dict(read_json(checkpoint / MARKER))


def step_of(checkpoint: Path) -> int:
    return int(checkpoint.name.rpartition("-")[2])


def _is_complete(checkpoint: Path) -> bool:
    try:
        files: dict[str, str] = facts_of(checkpoint)["files"]
        return all(file_sha256(checkpoint / name) == digest for name, digest in files.items())
    except (BadInput, KeyError, TypeError, OSError):
        return False


def _checkpoints(folder: Path) -> list[Path]:
    """Newest first."""
    return sorted(folder.glob("checkpoint-*"), key=step_of, reverse=True)
