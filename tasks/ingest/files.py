"""Which files a path of params.yaml means, and what they are called in records and messages."""

import glob
import os
from dataclasses import dataclass
from pathlib import Path

from drafter.errors import BadInput

TABLES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")


@dataclass(frozen=True)
class Export:
    """One file of a source. `label` is its path below the watched folder: "tickets/may.csv"."""

    path: Path
    label: str


def find_exports(pattern: str, root: Path, watch: str) -> list[Export]:
    """The files that `pattern` (a file, a folder or a glob, from `root`) means, in name order.

    In a folder files of other kinds are passed over; a file that is named counts as a CSV.
    Raises BadInput where nothing matches, or where a file lies outside the watched folder.
    """
    whole = _absolute(root, pattern)
    if whole.is_dir():
        paths = [p for p in whole.rglob("*") if p.is_file() and p.suffix.lower() in TABLES]
        sought = f"the folder {pattern} holds no {' '.join(TABLES)} file"
    else:
        found = [whole] if whole.exists() else [Path(n) for n in _matches(whole)]
        paths = [path for path in found if path.is_file()]
        sought = f"no file matches {pattern}"
    if not paths:
        raise BadInput(f"{sought}: correct the path under `ingest:` in params.yaml")
    return _labelled(paths, pattern, root, watch)


def every_file(folder: str, root: Path, watch: str) -> tuple[list[Export], Path]:
    """Every file below `folder`, in name order, but hidden ones; and the folder itself."""
    whole = _absolute(root, folder)
    if not whole.is_dir():
        raise BadInput(f"no folder {folder}: correct the path under `ingest:` in params.yaml")
    paths = [
        path
        for path in whole.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(whole).parts)
    ]
    return _labelled(paths, folder, root, watch), whole


def size_of(pattern: str, root: Path) -> int:
    """Bytes of what `pattern` means; 0 where it means nothing."""
    whole = _absolute(root, pattern)
    paths = whole.rglob("*") if whole.is_dir() else (Path(name) for name in _matches(whole))
    return sum(path.stat().st_size for path in paths if path.is_file())


def _matches(pattern: Path) -> list[str]:
    return glob.glob(str(pattern), recursive=True)  # noqa: PTH207 (Path.glob takes no absolute)


def _labelled(paths: list[Path], pattern: str, root: Path, watch: str) -> list[Export]:
    watched = _absolute(root, watch)
    for path in paths:
        if not path.is_relative_to(watched):
            raise BadInput(
                f"{pattern} lies outside ingest.watch ({watch}), so DVC would not see it change: "
                "name a folder there that holds every source"
            )
    named = (Export(p, p.relative_to(watched).as_posix()) for p in paths)
    return sorted(named, key=lambda export: export.label)


def _absolute(root: Path, name: str) -> Path:
    """`name` from `root`, without `..`, and without following links as `resolve` would."""
    return Path(os.path.normpath(root / Path(name).expanduser()))
