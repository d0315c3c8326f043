"""The drafters that the desk keeps for its next start (desk/serving/kept.py), without the customer.

    var/desk/models/7-3f9c…/         a packed drafter, by version and the start of its digest
    var/desk/models/last_good.json   [{"version": "7", "candidate": "rag", "digest": "3f9c…"}, …]
    var/desk/challenger/…            the same of the challenger

One whose version serves loses the customer's solved tickets and gets its new digest; any other that
learned from them goes.
"""

import json
import shutil
from pathlib import Path

from drafter.tables import write_text
from drafter.versions import folder_digest
from tasks.forget.person import Person
from tasks.forget.versions import ADAPTER, INDEX, without_solved
from tasks.paths import Paths

FOLDERS = ("models", "challenger")
MARKER = "last_good.json"


def clean_kept(paths: Paths, person: Person, touched: dict[str, str], serves: str | None) -> int:
    """Clean the kept drafters; gives how many were changed or removed.

    `touched` are the versions that held or learned, `serves` is who has the alias champion.
    """
    folders = [paths.var / "desk" / name for name in FOLDERS]
    return sum(_clean(one, person, touched, serves) for one in folders if one.is_dir())


def _clean(folder: Path, person: Person, touched: dict[str, str], serves: str | None) -> int:
    changed = 0
    try:
        noted = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        noted = []
    by_version = {str(one["version"]): one for one in noted}
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        version = place.name.partition("-")[0]
        if version in touched and version != serves and (place / ADAPTER).is_dir():
            shutil.rmtree(place)
            changed += 1
            by_version.pop(version, None)
            continue
        if not (place / INDEX).is_dir() or not without_solved(place / INDEX, person):
            if version in by_version and not place.name.endswith(
                by_version[version]["digest"][:16]
            ):
                _renamed(place, by_version[version])  # an interrupted run got this far
            continue
        changed += 1
        if version in by_version:
            _renamed(place, by_version[version])
        else:
            shutil.rmtree(place)
    good = [one for one in noted if str(one["version"]) in by_version]
    if noted != [] or good:
        write_text(folder / MARKER, json.dumps(good, indent=2) + "\n")
    return changed


def _renamed(place: Path, noted: dict[str, str]) -> None:
    """Call a folder by its digest, and note that."""
    noted["digest"] = folder_digest(place)
    named = place.with_name(f"{noted['version']}-{noted['digest'][:16]}")
    if named != place:
        shutil.rmtree(named, ignore_errors=True)
        place.rename(named)
