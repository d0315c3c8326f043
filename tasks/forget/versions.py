"""Registered versions: which hold a customer's tickets in their index, which learned from them.

A version that serves must not vanish under the desk, so it is marked and goes on until another is
promoted; `make forget` then takes its adapter. Any other version that learned loses its adapter at
once. No marked version is promoted, or taken by a desk, again.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.versions import (
    CHAMPION,
    CLEANED_TAG,
    DRAFTER_ARTIFACT,
    DRAFTER_TAG,
    FORGOTTEN_SERVES_TAG,
    FORGOTTEN_TAG,
    folder_digest,
)
from tasks.as_registered import hashes_of, with_hash
from tasks.forget.decode import row_text
from tasks.forget.needles import Needles, found_in
from tasks.forget.person import Person
from tasks.forget.search import search
from tasks.forget.traces import client_of, database, local
from tasks.paths import Paths
from tasks.versions import Version

if TYPE_CHECKING:
    from mlflow import MlflowClient

# What a version's weights were trained on.
LESSONS = ("data/retrieved/train.parquet", "data/preferences/train.parquet")
ADAPTER, INDEX = "adapter", "index"
WEIGHTS = "adapter_model.safetensors"


@dataclass
class Found:
    """A registered version. `learned` is None where nobody knows what it was trained on."""

    number: str
    run: str
    aliases: list[str]
    marked: bool
    folder: str | None
    """Its packed drafter on this machine; None where it lies elsewhere."""
    adapter: bool
    learned: bool | None
    holds: bool
    """Whether its index has solved tickets of the customer."""

    @property
    def serves(self) -> bool:
        return CHAMPION in self.aliases

    @property
    def touched(self) -> bool:
        """Whether this customer is in it, as far as anybody knows."""
        return self.holds or (self.adapter and self.learned is not False)

    @property
    def left_behind(self) -> bool:
        """Marked before, and it serves no more."""
        return self.marked and not self.serves and self.adapter


def find_versions(uri: str, model: str, paths: Paths, person: Person) -> list[Found]:
    """Every version of the model, oldest first; none where there is no registry yet."""
    path = database(uri)
    if path is not None and not path.is_file():
        return []
    import mlflow

    client = client_of(uri)
    mlflow.set_tracking_uri(uri)
    from mlflow.exceptions import MlflowException

    try:
        aliases = client.get_registered_model(model).aliases
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return []
        raise
    found: list[Any] = []
    token = None
    while True:
        page = client.search_model_versions(f"name = '{model}'", page_token=token)
        found += page
        token = page.token or None
        if token is None:
            break
    looked: dict[str, bool] = {}
    return [
        _found(client, model, one, aliases, paths, person, looked)
        for one in sorted(found, key=lambda one: int(one.version))
    ]


def _found(
    client: "MlflowClient",
    model: str,
    one: Any,
    aliases: Mapping[str, Any],
    paths: Paths,
    person: Person,
    looked: dict[str, bool],
) -> Found:
    needles = person.needles
    number = str(one.version)
    at = local(client.get_model_version_download_uri(model, number))
    folder = at / DRAFTER_ARTIFACT if at is not None and (at / DRAFTER_ARTIFACT).is_dir() else None
    adapter = folder is None or (folder / ADAPTER).is_dir()
    hashes = hashes_of(Version(model, number, str(one.run_id), dict(one.tags)))
    # nobody ever learned from who never wrote
    taught = adapter and person.tickets
    learned = _learned(hashes, paths, needles, looked) if taught else False
    index = list((folder / INDEX).rglob("*.parquet")) if folder else []
    holds = bool(search(index, needles).hits)
    return Found(
        number,
        str(one.run_id or ""),
        [alias for alias, version in aliases.items() if str(version) == number],
        FORGOTTEN_TAG in one.tags,
        str(folder) if folder else None,
        adapter,
        learned,
        holds,
    )


def _learned(
    hashes: Mapping[str, str], paths: Paths, needles: Needles, looked: dict[str, bool]
) -> bool | None:
    """Whether a table that it was trained on holds the customer; None where one is gone."""
    told: list[bool | None] = []
    for name in LESSONS:
        md5 = hashes.get(name)
        if md5 is None:
            if name == LESSONS[0]:
                told.append(None)
            continue
        if md5 not in looked:
            place = with_hash(paths.root, paths.root / name, md5)
            if place is None:
                told.append(None)
                continue
            looked[md5] = bool(search([place], needles).hits)
        told.append(looked[md5])
    if any(told):
        return True
    return None if None in told else False


def idle(found: list[Found]) -> list[Found]:
    """Versions that do not serve, and are no copy by reference of one that does."""
    in_use = {one.folder for one in found if one.serves}
    return [one for one in found if not one.serves and one.folder not in in_use - {None}]


def mark(uri: str, model: str, found: Found, learned: bool, when: str) -> None:
    """Say on the version that it learned from tickets that are forgotten, or only held some.

    `when` is a day and a count. What held some is clean by now, and may be promoted.
    """
    client = client_of(uri)
    if not learned:
        client.set_model_version_tag(model, found.number, CLEANED_TAG, when)
        return
    client.set_model_version_tag(model, found.number, FORGOTTEN_TAG, when)
    if found.serves:
        client.set_model_version_tag(
            model, found.number, FORGOTTEN_SERVES_TAG, "until another version is promoted"
        )
    first = f"**Learned from customers who were forgotten ({when}): promote another version.**"
    before = client.get_model_version(model, found.number).description or ""
    if not before.startswith("**Learned from"):
        client.update_model_version(model, found.number, description=f"{first}\n\n{before}")


def is_copy_of(adapter: Path, versions: list[Found]) -> bool:
    """Whether the adapter in a folder is that of one of these versions."""
    ours = adapter / WEIGHTS
    theirs = (Path(one.folder) / ADAPTER / WEIGHTS for one in versions if one.folder)
    return ours.is_file() and any(
        path.is_file() and path.read_bytes() == ours.read_bytes() for path in theirs
    )


def drop_adapter(uri: str, model: str, found: Found) -> None:
    """Delete the adapter of a version that does not serve, with its claims to."""
    client = client_of(uri)
    if found.folder is not None:
        shutil.rmtree(Path(found.folder) / ADAPTER, ignore_errors=True)
    if not found.serves:
        client.delete_model_version_tag(model, found.number, FORGOTTEN_SERVES_TAG)
        for alias in found.aliases:
            client.delete_registered_model_alias(model, alias)


def clean_index(uri: str, model: str, found: Found, person: Person) -> int:
    """Take the customer's solved tickets out of a version's index, and tell its new digest."""
    if found.folder is None:
        return 0
    gone = without_solved(Path(found.folder) / INDEX, person)
    client_of(uri).set_model_version_tag(
        model, found.number, DRAFTER_TAG, folder_digest(Path(found.folder))
    )
    return gone


def without_solved(folder: Path, person: Person) -> int:
    """Write the index anew without the customer's solved tickets; gives how many it had."""
    import polars as pl

    from drafter.index_files import EMBEDDER, current, open_index, write_index

    place = current(folder)
    index = open_index(folder)
    rows = [row_text(row) for row in index.solved_tickets.iter_rows(named=True)]
    keep = ~index.solved_tickets["ticket_id"].is_in(sorted(person.tickets))
    keep &= pl.Series([not hit for hit in found_in(rows, person.needles)], dtype=pl.Boolean)
    gone = int((~keep).sum())
    if not gone:
        return 0
    measured = json.loads((place / "fusion.json").read_text(encoding="utf-8"))
    measured.pop("weights")
    index.solved_vectors = index.solved_vectors[keep.to_numpy()]
    index.solved_tickets = index.solved_tickets.filter(keep)
    assert isinstance(index.solved_tickets, pl.DataFrame)
    with tempfile.TemporaryDirectory() as work:
        embedder = None
        if (place / EMBEDDER).is_dir():
            # it lies in the folder that is about to go
            embedder = Path(shutil.copytree(place / EMBEDDER, Path(work) / EMBEDDER))
        write_index(folder, index, measured, embedder)
    return gone
