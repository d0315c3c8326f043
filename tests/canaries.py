"""Values that must be found nowhere: planted in tickets, then looked for in whatever was made.

birds = canaries(200)
rows = plant([ticket(n) for n in range(500)], birds)
...
assert sightings(folder, birds) == []
"""

import gzip
import json
import random
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.personal_data import MAKERS

ORDER_PATTERN = r"ORD-[0-9]{6}"
KINDS = ("EMAIL", "PHONE", "CARD", "IBAN", "ORDER", "NAME")
SYLLABLES = ("zor", "vik", "quil", "mab", "dru", "fex", "jal", "wop", "nyx", "kuth", "prev", "gol")


@dataclass(frozen=True)
class Canary:
    """A made-up value, and the kind of data that it looks like."""

    kind: str
    value: str

    @property
    def forms(self) -> list[str]:
        """What to look for: as written, and for numbers without what stands between."""
        if self.kind == "NAME":
            return [self.value, *self.value.split()]
        compact = "".join(filter(str.isalnum, self.value))
        if self.kind in ("CARD", "IBAN", "PHONE"):
            return [self.value, compact]
        return [self.value]


def canaries(count: int = 200, seed: int = 11) -> list[Canary]:
    """As many different values of every kind, the same for the same seed; ASCII alone."""
    draw = random.Random(seed)
    birds: dict[str, Canary] = {}
    while len(birds) < count:
        kind = KINDS[len(birds) % len(KINDS)]
        value = _name(draw) if kind == "NAME" else MAKERS[kind](draw)
        if kind == "EMAIL":
            value = f"{draw.choice(SYLLABLES)}{draw.randrange(10**6)}@{_word(draw)}.example"
        if value.isascii():
            birds.setdefault(value.lower(), Canary(kind, value))
    return list(birds.values())


def plant(rows: list[dict[str, Any]], birds: list[Canary]) -> list[dict[str, Any]]:
    """TICKET rows with the canaries in each kind of text, one after the other: subject, messages,
    reply, draft, rivals.

    A name is also in `names`, because that is where names are known from.
    """
    planted = [dict(row) for row in rows]
    for number, bird in enumerate(birds):
        row = planted[number % len(planted)]
        said = f"This is {bird.value}, as I wrote before."
        if bird.kind == "NAME":
            row["names"] = [*row["names"], bird.value]
            said = f"Yours, {bird.value}"
            row["reply"] = f"Hello {bird.value.split()[0]},\n\n{row['reply']}"
        where = (number + number // len(planted)) % 5
        if where == 0:
            first, *later = row["messages"]
            row["messages"] = [{**first, "text": f"{first['text']}\n\n{said}"}, *later]
        elif where == 1:
            row["reply"] = f"{row['reply']}\n\n{said}"
        elif where == 2:
            row["subject"] = f"{row['subject']} - {said}"
        elif where == 3:
            row["draft"] = f"{row['draft'] or row['reply']}\n\n{said}"
        else:
            rival = {"text": f"I can't say.\n\n{said}", "votes": 1, "accepted": False}
            row["rivals"] = [*(row["rivals"] or []), rival]
    return planted


def sightings(folder: Path, birds: list[Canary]) -> list[tuple[str, str]]:
    """Every file below `folder` that holds a canary, and which; Parquet, SQLite, Lance and
    archives are opened, everything else is searched as bytes, in any case."""
    forms = {form.lower(): bird.value for bird in birds for form in bird.forms}
    seen = set()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for text in _texts(path):
            haystack = pl.Series([text])
            hits = haystack.str.extract_many(
                list(forms), ascii_case_insensitive=True, overlapping=True
            )
            seen |= {(str(path.relative_to(folder)), forms[hit.lower()]) for hit in hits[0]}
    return sorted(seen)


def _texts(path: Path) -> Iterator[str]:
    raw = path.read_bytes()
    yield raw.decode("latin-1")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        yield raw.decode("utf-16", errors="replace")
    if raw[:4] == b"PAR1":
        for batch in pl.read_parquet(path).iter_slices(10_000):
            yield json.dumps(batch.rows(), default=str, ensure_ascii=False)
    elif raw[:15] == b"SQLite format 3":
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            yield "\n".join(database.iterdump())
        database.close()
    elif raw[:2] == b"\x1f\x8b":
        yield gzip.decompress(raw).decode("latin-1")
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield archive.read(name).decode("latin-1")
    elif path.suffix == ".lance":
        yield from _lance(path)


def _lance(path: Path) -> Iterator[str]:
    """The table that a data file of LanceDB belongs to: its columns may be compressed."""
    import lancedb

    table = next(parent for parent in path.parents if parent.suffix == ".lance")
    rows = lancedb.connect(table.parent).open_table(table.stem).to_arrow()
    yield json.dumps(rows.to_pylist(), default=str, ensure_ascii=False)


def _word(draw: random.Random) -> str:
    return "".join(draw.sample(SYLLABLES, 3))


def _name(draw: random.Random) -> str:
    return f"{_word(draw).title()} {_word(draw).title()}"
