"""Who serves: the version with the alias `champion`, loaded and checked before it takes over.

It is looked up every few seconds, and at once when MLflow's webhook says that something moved.
"""

import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desk.errors import NoChampion
from desk.serving.registry import Registered, Registry
from desk.serving.served import Served
from drafter.errors import ReplymillError
from drafter.versions import CANDIDATE_TAG, CHAMPION, EVIDENCE_TAG

SECONDS_TO_STOP = 5.0


@dataclass(frozen=True)
class Refused:
    """A version that has the alias and does not serve, and why."""

    version: str
    why: str


class Champion:
    """Follows the alias in a thread of its own; `current` never waits for it."""

    def __init__(self, registry: Registry, model: str, poll_seconds: float, folder: Path) -> None:
        self._registry = registry
        self._model = model
        self._poll = poll_seconds
        self._folder = folder
        self._served: Served | None = None
        self._refused: Refused | None = None
        self._away: str | None = None
        self._look = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="champion", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._look.set()
        self._thread.join(SECONDS_TO_STOP)

    def look(self) -> None:
        """Look at the alias now: something may have moved."""
        self._look.set()

    def current(self) -> Served:
        """The version that serves. Raises NoChampion."""
        if self._served is None:
            raise NoChampion(self._why())
        return self._served

    def status(self) -> dict[str, Any]:
        """What `/health` tells of it."""
        served, refused = self._served, self._refused
        return {
            "model": self._model,
            "version": served.version if served else None,
            "candidate": served.candidate if served else None,
            "refused": {"version": refused.version, "why": refused.why} if refused else None,
            "registry": self._away or "answers",
        }

    def _why(self) -> str:
        if self._refused:
            return f"version {self._refused.version} is refused: {self._refused.why}"
        return self._away or (
            f"no version of {self._model} has the alias {CHAMPION}: give it to one in MLflow, or "
            "run `make release`"
        )

    def _follow(self) -> None:
        while not self._ended.is_set():
            self._look.clear()
            self._once()
            self._look.wait(self._poll)

    def _once(self) -> None:
        try:
            found = self._registry.at(self._model, CHAMPION)
            self._away = None
        except Exception as error:  # whatever the registry's own client raises: it is away
            self._away = f"the registry is away ({type(error).__name__})"
            return
        if found is None or (self._served and self._served.version == found.number):
            return
        try:
            self._served = self._load(found)
            self._refused = None
        except ReplymillError as error:
            self._refused = Refused(found.number, str(error))

    def _load(self, found: Registered) -> Served:
        from drafter.errors import PromotionRefused
        from drafter.live import LiveDrafter

        missing = [tag for tag in (CANDIDATE_TAG, EVIDENCE_TAG) if not _has(found.tags, tag)]
        if missing:
            raise PromotionRefused(f"it has no tag {', '.join(missing)}: register it again")
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder) as work:
            drafter = LiveDrafter.load(self._registry.fetch(found, Path(work)))
        return Served(found.number, found.tags[CANDIDATE_TAG], drafter)


def _has(tags: Mapping[str, str], tag: str) -> bool:
    return bool(tags.get(tag))
