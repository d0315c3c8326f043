"""How far a ticket is from what the version was trained on: cosine distance to its nearest anchors.

Anchors are training tickets of one half of the customers; the distances of the other half are what
is usual. A ticket of a new kind is far from all anchors. A new mix of old kinds is not: `topics`
sees that.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from drafter.errors import BadInput
from drafter.tables import read_json, write_json
from tasks.monitor.params import MonitorParams
from tasks.policy_book import said_in

if TYPE_CHECKING:
    import polars as pl

    from drafter.embed import Embedder


class Distances(NamedTuple):
    """Of training tickets that are no anchors, and of drafts by id."""

    trained: list[float]
    drafts: dict[str, float]


def distances(
    anchors: Sequence[str], texts: Sequence[str], embedder: "Embedder", neighbours: int
) -> list[float]:
    """Of each text, the mean cosine distance to its nearest `neighbours` anchors."""
    import numpy as np

    if not texts:
        return []
    near = embedder.embed(list(texts)) @ embedder.embed(list(anchors)).T
    best = np.sort(near, axis=1)[:, -neighbours:]
    return [float(one) for one in 1 - best.mean(axis=1)]


def split(tickets: "pl.DataFrame", most: int) -> tuple[list[str], list[str]]:
    """Texts of anchors, and of others: at most so many each, no customer in both, by hash."""
    rows = sorted(tickets.iter_rows(named=True), key=lambda row: _hash(row["ticket_id"]))
    halves: tuple[list[str], list[str]] = ([], [])
    for row in rows:
        half = halves[int(_hash(row["group"] or row["ticket_id"]), 16) % 2]
        if len(half) < most:
            half.append("\n".join(said_in(row)))
    return halves


def cached_distances(
    tickets: "pl.DataFrame", drafts: Mapping[str, str], cache: Path, params: MonitorParams
) -> Distances:
    """The same as `distances` for training tickets and drafts; each text is embedded once.

    The cache holds ids and numbers, no text. No model is loaded where nothing is new.
    """
    anchors, others = split(tickets, params.anchors)
    if not anchors or not others:
        return Distances([], {})
    asked = _hash(f"{params.embedder} {params.embedder_sha256} {params.neighbours} {anchors}")
    trained, by_draft = _known(cache, asked)
    new = [one for one in drafts if one not in by_draft]
    if not trained or new:
        from drafter.embed import load_embedder

        embedder = load_embedder(params.embedder, params.embedder_sha256)
        texts = [drafts[one] for one in new] + ([] if trained else others)
        found = distances(anchors, texts, embedder, params.neighbours)
        by_draft |= dict(zip(new, found, strict=False))
        trained = trained or found[len(new) :]
        write_json(cache, {"asked": asked, "trained": trained, "drafts": by_draft})
    return Distances(trained, {one: by_draft[one] for one in drafts})


def _known(cache: Path, asked: str) -> Distances:
    try:
        found = read_json(cache)
    except BadInput:
        found = {}
    if found.get("asked") != asked:
        return Distances([], {})
    return Distances(found["trained"], found["drafts"])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
