"""Search files for needles: which hold some, in how many rows, and what was looked at."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tasks.forget.decode import LOOKED_AT, Piece, lance, pieces, weights_header
from tasks.forget.needles import Needles, found_in

# Of a path, the last names that are searched: a trace's files lie in a folder of its name.
NAMES = 3
# Searched at once.
LETTERS = 8 << 20


@dataclass
class Hit:
    """A place that holds needles: a file, or a part of it. `rows` is 0 where it has none."""

    path: Path
    needles: set[str] = field(default_factory=set)
    rows: dict[str, int] = field(default_factory=dict)
    """By the part: a table of a database, "" for the file itself."""


@dataclass
class Searched:
    """What was found, and what was looked at; `unread` names what could not be."""

    hits: dict[Path, Hit] = field(default_factory=dict)
    files: int = 0
    bytes: int = 0
    unread: list[Path] = field(default_factory=list)


def files_below(folders: Iterable[Path], leave_out: Iterable[Path]) -> Iterator[Path]:
    """Every file, once, in name order; links to folders are not followed."""
    skipped = [path.resolve() for path in leave_out]
    seen: set[Path] = set()
    for folder in folders:
        inside = sorted(folder.rglob("*")) if folder.is_dir() else [folder]
        for path in inside:
            if not path.is_file() or path in seen:
                continue
            if any(path.resolve().is_relative_to(one) for one in skipped):
                continue
            seen.add(path)
            yield path


def search(paths: Iterable[Path], needles: Needles) -> Searched:
    """Look into each file, and into LanceDB's tables as such; a file's own name counts too."""
    found = Searched()
    tables: set[Path] = set()
    for path in paths:
        found.files += 1
        for parent in path.parents:
            if parent.suffix == ".lance" and parent not in tables:
                tables.add(parent)
                _guarded(found, parent, lance(parent), needles)
        try:
            size = size_of(path)
        except OSError:
            size = 0
        _guarded(found, path, _with_name(path), needles)
        found.bytes += size
    return found


def size_of(path: Path) -> int:
    """Bytes that are looked at: of weights, the header."""
    with path.open("rb") as file:
        header = weights_header(file.read(LOOKED_AT))
    return path.stat().st_size if header is None else header


def _with_name(path: Path) -> Iterator[Piece]:
    yield Piece("", ["/".join(path.parts[-NAMES:])], False)
    yield from pieces(path)


def _guarded(found: Searched, path: Path, parts: Iterator[Piece], needles: Needles) -> None:
    try:
        for part in parts:
            for texts in _slices(part.texts):
                for hit in found_in(texts, needles):
                    if hit:
                        place = found.hits.setdefault(path, Hit(path))
                        place.needles |= hit
                        place.rows[part.part] = place.rows.get(part.part, 0) + part.rows
    except Exception:  # whatever a damaged file makes a library raise: it is named, not passed over
        found.unread.append(path)


def _slices(texts: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    letters = 0
    for text in texts:
        batch.append(text)
        letters += len(text)
        if letters >= LETTERS:
            yield batch
            batch, letters = [], 0
    if batch:
        yield batch
