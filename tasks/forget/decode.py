"""Any file as texts: its bytes, and what is in it where the bytes don't show that.

Parquet, Arrow, LanceDB and SQLite give a text for each row; gzip, bzip2, xz, zstandard, zip and tar
are opened, also inside each other. SQLite's free pages and WAL, and formats that nobody here knows,
are read as runs of letters.
"""

import bz2
import gzip
import io
import lzma
import re
import sqlite3
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar
from urllib.parse import quote

Item = TypeVar("Item")
ROWS = 5_000
CHUNK = 4 << 20
OVERLAP = 8 << 10
NESTED = 4
LARGE = 1 << 30
STRETCH = 64 << 20
LOOKED_AT = 64 << 10
# UTF-8, but for what controls terminals; four in a row, so that an id is one as well
RUN = re.compile(rb"(?:[\x20-\x7e\t\n\r]|[\xc2-\xf4][\x80-\xbf]{1,3}){4,}")
WIDE_RUN = re.compile(rb"(?:[\x20-\x7e\t\n\r]\x00){4,}")


class Piece(NamedTuple):
    """A part of a file: texts that are `rows` of a table, or stretches of bytes."""

    part: str
    texts: Sequence[str]
    rows: bool


def pieces(path: Path) -> Iterator[Piece]:
    """What a file holds. Raises OSError where it can't be read.

    Of weights (safetensors) only the header: numbers are no words. A file beyond LARGE is read in
    stretches, and opened no further unless it is a table or a database.
    """
    with path.open("rb") as file:
        head = file.read(LOOKED_AT)
        if head.startswith(b"SQLite format 3\0"):
            yield from _sqlite(path)
        if (header := weights_header(head)) is not None:
            file.seek(0)
            yield from (Piece("", [text], False) for text in raw(file.read(header)))
        elif path.stat().st_size <= LARGE:
            yield from _of(head + file.read(), "", 0)
        else:
            file.seek(0)
            yield from (Piece("", [text], False) for text in _stretches(file))
            if head[:4] == b"PAR1":
                yield from _parquet(path, "")


def weights_header(head: bytes) -> int | None:
    """Bytes up to where the numbers of a safetensors file begin; None for any other file."""
    length = int.from_bytes(head[:8], "little")
    names = head[8:9] == b"{" and (b"data_offsets" in head or b"__metadata__" in head)
    return 8 + length if names and length < LARGE else None


def _stretches(file: IO[bytes]) -> Iterator[str]:
    rest = b""
    while block := file.read(STRETCH):
        yield from raw(rest + block)
        rest = block[-OVERLAP:]


def _of(data: bytes, part: str, depth: int) -> Iterator[Piece]:
    yield from (Piece(part, [text], False) for text in raw(data))
    if data[:4] == b"PAR1":
        yield from _parquet(io.BytesIO(data), part)
    elif data[:6] == b"ARROW1":
        yield from _arrow(data, part)
    elif data.startswith(b"SQLite format 3\0") and part:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy.db"
            copy.write_bytes(data)
            yield from _sqlite(copy, part)
    elif depth < NESTED:
        for name, inner in _members(data):
            yield from _of(inner, f"{part}!{name}", depth + 1)


def raw(data: bytes) -> Iterator[str]:
    """The letters among the bytes, in stretches that overlap."""
    if b"\0" in data[:LOOKED_AT]:
        yield from _chunks("\n".join(one.decode("utf-8", "replace") for one in RUN.findall(data)))
        wide = [one.decode("utf-16-le") for one in WIDE_RUN.findall(data)]
        if wide:
            yield from _chunks("\n".join(wide))
        return
    try:
        yield from _chunks(data.decode("utf-8"))
    except UnicodeDecodeError:
        yield from _chunks(data.decode("utf-8", "replace"))
        yield from _chunks(data.decode("latin-1"))


def _chunks(text: str) -> Iterator[str]:
    for start in range(0, max(1, len(text)), CHUNK):
        yield text[start : start + CHUNK + OVERLAP]


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """ROWS of them at a time."""
    iterator = iter(items)
    while batch := list(islice(iterator, ROWS)):
        yield batch


def leaves(value: Any) -> Iterator[str]:
    """Every text inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner)


def row_text(row: Any) -> str:
    return "\n".join(leaves(row))


def _parquet(file: Path | IO[bytes], part: str) -> Iterator[Piece]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        for batch in pq.ParquetFile(file).iter_batches(ROWS):
            yield Piece(part, [row_text(row) for row in batch.to_pylist()], True)
    except (OSError, pa.ArrowException):
        return  # torn: its bytes were read


def _arrow(data: bytes, part: str) -> Iterator[Piece]:
    import pyarrow as pa

    try:
        table = pa.ipc.open_file(io.BytesIO(data)).read_all()
    except (OSError, pa.ArrowException):
        return
    for batch in table.to_batches(ROWS):
        yield Piece(part, [row_text(row) for row in batch.to_pylist()], True)


def lance(folder: Path) -> Iterator[Piece]:
    """The rows of a LanceDB table; `folder` ends in .lance."""
    import lancedb

    table = lancedb.connect(folder.parent).open_table(folder.stem)
    for batch in table.to_arrow().to_batches(ROWS):
        yield Piece("", [row_text(row) for row in batch.to_pylist()], True)


def _sqlite(path: Path, part: str = "") -> Iterator[Piece]:
    """The rows of every table, as one who reads only sees them."""
    uri = f"file:{quote(str(path.resolve()))}?mode=ro"
    try:
        connection = sqlite3.connect(uri, uri=True)
        connection.text_factory = lambda value: value.decode("utf-8", "replace")
        try:
            tables = connection.execute("select name from sqlite_master where type = 'table'")
            for (table,) in tables.fetchall():
                rows = connection.execute(f'select * from "{table}"')  # noqa: S608, its own names
                while batch := rows.fetchmany(ROWS):
                    yield Piece(f"{part}:{table}", [row_text(row) for row in batch], True)
        finally:
            connection.close()
    except sqlite3.Error:
        return  # damaged, or of an extension that is not here: its bytes are read


def _members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The files of an archive, or what was compressed; nothing where it is neither."""
    try:
        if data[:2] == b"\x1f\x8b":
            yield "gz", gzip.decompress(data)
        elif data[:3] == b"BZh":
            yield "bz2", bz2.decompress(data)
        elif data[:6] == b"\xfd7zXZ\0":
            yield "xz", lzma.decompress(data)
        elif data[:4] == b"\x28\xb5\x2f\xfd":
            import pyarrow as pa

            yield "zst", pa.CompressedInputStream(io.BytesIO(data), "zstd").read()
        elif data[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for name in archive.namelist():
                    yield name, archive.read(name)
        elif data[257:262] == b"ustar":
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                for member in archive:
                    if (file := archive.extractfile(member)) is not None:
                        yield member.name, file.read()
    except (OSError, EOFError, ValueError, RuntimeError, lzma.LZMAError, zlib.error,
            zipfile.BadZipFile, tarfile.TarError, NotImplementedError):  # fmt: skip
        return  # torn or under a password: its bytes were read
