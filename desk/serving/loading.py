"""A registered version becomes one that serves: fetched, held against its evidence, tried."""

from dataclasses import dataclass
from pathlib import Path

from desk.serving.checks import check_drafts, check_evidence, check_files
from desk.serving.kept import Kept, KeptDrafters
from desk.serving.registry import Registered, Registry
from desk.serving.served import Served
from drafter.errors import PromotionRefused, ReplymillError
from drafter.live import LiveDrafter


@dataclass(frozen=True)
class Loader:
    """Loads versions of `registry`, and keeps their packed drafters."""

    registry: Registry
    kept: KeptDrafters

    def load(self, version: Registered) -> Served:
        """The version, loaded and tried; its drafter is kept from here on, but not yet as good.

        Raises PromotionRefused, UnsafeModel or what loading raises; the registry's own errors
        where it is away.
        """
        check_evidence(version.tags, self.registry.evidence(version))
        folder = self._kept(version) or self._fetched(version)
        return self._open(folder, version.number, version.candidate)

    def last_good(self) -> tuple[Kept, Served] | None:
        """What served last, from this machine alone; None where nothing is kept.

        Raises as `load` does.
        """
        self.kept.tidy()
        for kept in self.kept.good()[:1]:
            folder = self.kept.place(kept.version, kept.digest)
            check_files(folder, kept.digest, kept.candidate)
            return kept, self._open(folder, kept.version, kept.candidate)
        return None

    def _kept(self, version: Registered) -> Path | None:
        """Its folder from an earlier time, where it is still what it was."""
        folder = self.kept.place(version.number, version.digest)
        try:
            check_files(folder, version.digest, version.candidate)
        except (ReplymillError, OSError):
            return None
        return folder

    def _fetched(self, version: Registered) -> Path:
        with self.kept.beside() as work:
            fetched = self.registry.fetch(version, work)
            check_files(fetched, version.digest, version.candidate)
            place = self.kept.place(version.number, version.digest)
            if place.exists():
                place.rename(work / "damaged")
            fetched.rename(place)
        return place

    def _open(self, folder: Path, number: str, candidate: str) -> Served:
        try:
            drafter = LiveDrafter.load(folder)
            check_drafts(drafter)
        except (ReplymillError, OSError, MemoryError):
            raise
        except Exception as error:  # torch, safetensors, polars: its files stay what they are
            first = (str(error).splitlines() or [""])[0][:200]
            raise PromotionRefused(
                f"it can't be loaded ({type(error).__name__}: {first}): train and register it again"
            ) from error
        return Served(number, candidate, drafter)
