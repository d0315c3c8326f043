"""DVC's cache: what in it holds the customer, what learned from that, and its record of runs.

A run of a stage is recorded with the hashes of what it read and wrote (.dvc/cache/runs). So an
adapter, which shows nobody's words, is known by what it was trained on.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.dag import locked_stages, safe_loader
from tasks.paths import Paths

# Outputs that learn from what they are made of; others hold it, which a search sees.
LEARNING = "models/"


@dataclass(frozen=True)
class Cache:
    """The local cache; `files` is where objects lie by their md5."""

    files: Path
    runs: Path

    @classmethod
    def of(cls, paths: Paths) -> "Cache | None":
        """None where DVC does not work here."""
        from dvc.exceptions import DvcException
        from dvc.repo import Repo

        try:
            with Repo(str(paths.root)) as repo:
                files = Path(repo.cache.local.path)
                return cls(files, Path(repo.cache.local_cache_dir) / "runs")
        except DvcException:
            return None

    def objects(self) -> dict[str, Path]:
        """{md5: file}; a folder's md5 ends in .dir."""
        return {
            path.parent.name + path.name: path
            for path in self.files.glob("??/*")
            if path.is_file() and len(path.parent.name + path.name) >= 32
        }


def tainted(cache: Cache, holding: Iterable[Path], paths: Paths) -> set[str]:
    """The md5s of what holds the customer, given as files, and of what learned from that.

    A model learned where every run that made it read what holds them, or a model that learned.
    """
    objects = cache.objects()
    by_file = {path: md5 for md5, path in objects.items()}
    by_file |= {path: md5 for md5, path in _workspace(paths).items()}
    held = {by_file[path] for path in holding if path in by_file}
    makers: dict[str, list[set[str]]] = {}
    for run in [*(run for _, run in records(cache)), *locked_stages(paths.root).values()]:
        read = {dep["md5"] for dep in run.get("deps", []) if "md5" in dep}
        for out in run.get("outs", []):
            if "md5" in out and out["path"].startswith(LEARNING):
                makers.setdefault(out["md5"], []).append(read)
    told = held | folders(objects, held)
    learned: set[str] = set()
    grows = True
    while grows:
        more = {
            md5 for md5, each in makers.items() if all(read & (told | learned) for read in each)
        }
        grows = more != learned
        learned = more
    members = {entry["md5"] for one in learned for entry in _entries(objects.get(one))}
    clean = {md5 for md5 in objects if md5.endswith(".dir")} - told - learned
    members -= {entry["md5"] for one in clean for entry in _entries(objects[one])}
    return told | learned | members


def _workspace(paths: Paths) -> dict[str, Path]:
    """The files of the checkout that are outputs by themselves, by dvc.lock."""
    return {
        out["md5"]: paths.root / out["path"]
        for run in locked_stages(paths.root).values()
        for out in run.get("outs", [])
        if "md5" in out and not out["md5"].endswith(".dir")
    }


def still_made(paths: Paths, gone: set[str]) -> list[str]:
    """The stages that, by dvc.lock, still read or made what was to go."""
    return [
        name
        for name, run in locked_stages(paths.root).items()
        if gone & {one.get("md5") for one in [*run.get("deps", []), *run.get("outs", [])]}
    ]


def folders(objects: dict[str, Path], members: set[str]) -> set[str]:
    """The folders that have one of `members` in them."""
    return {
        md5
        for md5, path in objects.items()
        if md5.endswith(".dir") and members & {entry["md5"] for entry in _entries(path)}
    }


def needed(paths: Paths, cache: Cache) -> set[str]:
    """The md5s of what the checkout has now: by dvc.lock and the .dvc files."""
    objects = cache.objects()
    found = {
        out["md5"]
        for run in locked_stages(paths.root).values()
        for out in run.get("outs", [])
        if "md5" in out
    }
    for note in paths.root.rglob("*.dvc"):
        if note.is_file() and ".venv" not in note.parts:
            found |= {out["md5"] for out in _yaml(note).get("outs", []) if "md5" in out}
    for md5 in [one for one in found if one.endswith(".dir")]:
        found |= {entry["md5"] for entry in _entries(objects.get(md5))}
    return found


def remove(cache: Cache, gone: set[str]) -> tuple[int, int]:
    """Delete these objects and the records of runs that name one; gives how many of each."""
    objects = cache.objects()
    deleted = 0
    for md5 in gone & set(objects):
        objects[md5].unlink()
        deleted += 1
    forgotten = 0
    for path, run in list(records(cache)):
        named = {each.get("md5") for each in [*run.get("deps", []), *run.get("outs", [])]}
        if named & gone:
            path.unlink()
            forgotten += 1
    return deleted, forgotten


def records(cache: Cache) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every recorded run of a stage."""
    for path in sorted(cache.runs.glob("??/*/*")):
        if path.is_file():
            yield path, _yaml(path)


def _yaml(path: Path) -> dict[str, Any]:
    import yaml

    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=safe_loader())  # noqa: S506
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _entries(path: Path | None) -> list[dict[str, str]]:
    """What a folder's object lists."""
    if path is None:
        return []
    try:
        return list(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return []
