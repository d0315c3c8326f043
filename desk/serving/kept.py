"""The packed drafters that the desk keeps: the one that serves, and the one before it.

    var/desk/models/7-3f9c…/         a packed drafter, by version and digest; never written again
    var/desk/models/last_good.json   [{"version": "7", "candidate": "rag", "digest": "3f9c…"}, …]

A folder is filled beside and renamed; last_good.json is written last, once the version has passed
its self-check, newest first. So the desk starts with what it served last, whatever MLflow does.
One desk has one such folder.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from drafter.tables import write_text

MARKER = "last_good.json"
PART = ".part"
MOST = 2


@dataclass(frozen=True)
class Kept:
    """A version that served from this machine."""

    version: str
    candidate: str
    digest: str


class KeptDrafters:
    """Packed drafters in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def good(self) -> list[Kept]:
        """The versions that served last, newest first."""
        try:
            told = json.loads((self.folder / MARKER).read_text(encoding="utf-8"))
            return [Kept(**one) for one in told]
        except (OSError, ValueError, TypeError):
            return []

    def place(self, version: str, digest: str) -> Path:
        """Where that version's drafter lies, if it is kept."""
        return self.folder / f"{version}-{digest[:16]}"

    @contextmanager
    def beside(self) -> Iterator[Path]:
        """An empty folder to download into, gone with the block."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            dir=self.folder, suffix=PART, ignore_cleanup_errors=True
        ) as work:
            yield Path(work)

    def serves(self, kept: Kept) -> None:
        """Note that this one serves now, and remove all but it and the one before."""
        earlier = [one for one in self.good() if one != kept]
        good = [kept, *earlier][:MOST]
        told = json.dumps([asdict(one) for one in good], indent=2)
        write_text(self.folder / MARKER, told + "\n")
        self.tidy()

    def tidy(self) -> None:
        """Remove what never served, and downloads that a killed desk has left."""
        wanted = {self.place(one.version, one.digest) for one in self.good()}
        for path in self.folder.glob("*"):
            if path.is_dir() and path not in wanted:
                shutil.rmtree(path, ignore_errors=True)
