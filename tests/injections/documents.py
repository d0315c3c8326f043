"""An injected policy document on the way of every policy: read, validated, cut into clauses."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from drafter.chunks import ChunkSizes, chunk_policies
from drafter.records import POLICY
from tasks.ingest.documents import read_document
from tasks.validate.hidden import as_shown
from tests.injections import Injection

SIZES = ChunkSizes(merge_above=250, least=30, most=120)
FRONT = {"doc_id": "returns", "title": "Returns", "url": "https://help.example/returns"}


@dataclass(frozen=True)
class Document:
    """Its clauses as a draft's evidence, and whether validation tells a person of it."""

    clauses: list[dict[str, Any]]
    flagged: bool
    """It speaks to a model, which stops the run."""
    hid: bool
    """Something unseen was taken out of it."""


def document(injection: Injection, folder: Path) -> Document:
    """What becomes of an injection's document."""
    front, text, suffix = dict(FRONT), injection.text, ".md"
    if text.startswith("html:"):
        text, suffix = text.removeprefix("html:"), ".html"
    if text.startswith("front:"):
        own, _, text = text.removeprefix("front:").partition("\n\n")
        front |= dict([own.split(": ", 1)])
    elif injection.family == "title":
        del front["title"]  # so that the heading is its title
    lines = "\n".join(f"{name}: {value}" for name, value in front.items())
    path = folder / f"returns{suffix}"
    path.write_text(f"---\n{lines}\n---\n\n{text}", encoding="utf-8")
    row = read_document(path, path.name, "utf-8") | {"source": path.name}
    shown = as_shown(pl.DataFrame([row], schema=POLICY))
    chunks = chunk_policies(shown.select(list(POLICY)), SIZES).to_dicts()
    return Document(chunks, shown[0, "commands"], shown[0, "hid"])
