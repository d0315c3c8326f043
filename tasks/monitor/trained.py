"""What the version that serves was trained on: found by the hashes that it was registered with."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tasks.as_registered import hashes_of, with_hash
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

    hashes = hashes_of(version)
    tables: dict[str, pl.DataFrame | None] = {}
    for file, columns in ((paths.curated("train"), TICKETS), (paths.validated_policies, POLICIES)):
        name = file.relative_to(paths.root).as_posix()
        found = with_hash(paths.root, file, hashes.get(name))
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
