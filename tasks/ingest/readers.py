"""Opening the files of a source: the right reader for each, and its columns checked beforehand."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from drafter.errors import BadInput
from tasks.ingest.arrow_rows import ParquetFile
from tasks.ingest.batches import Reader
from tasks.ingest.csv_file import CsvFile
from tasks.ingest.encoding import detect_encoding
from tasks.ingest.fields import TIMES, Columns, columns_of, left_out, take_fields
from tasks.ingest.files import Export, find_exports
from tasks.ingest.jsonl_file import JsonlFile
from tasks.ingest.output import Count, Sink
from tasks.ingest.params import Files, HuggingFace, PolicyTable, Questions, Replies, TicketTable
from tasks.ingest.tickets import reject_places, reject_unread
from tasks.ingest.times import read_times

AnyTable = TicketTable | Questions | Replies | PolicyTable | HuggingFace


@dataclass(frozen=True)
class Source:
    """The readers of a source's files with their labels, and the files that hold nothing."""

    readers: list[tuple[Reader, str]]
    empty: list[str]
    size: int

    def rejected(self) -> pl.DataFrame:
        """The empty files as REJECTED rows, one each."""
        return reject_places([(label, "empty_file") for label in self.empty])


def open_source(
    files: Files, columns: Columns, needed: Collection[str], count: Count, root: Path, watch: str
) -> Source:
    """Find and open every file that `files.path` means.

    Raises BadInput where there is none, where all are empty, where a file lacks a column that
    every row needs, or where a mapped column is in none of them.
    """
    exports = find_exports(files.path, root, watch)
    readers: list[tuple[Reader, str]] = []
    empty: list[str] = []
    seen: set[str] = set()
    for export in exports:
        if export.path.stat().st_size == 0:
            empty.append(export.label)
            continue
        reader, encoding = _open(export, files, columns)
        names = reader.columns()
        if not names:
            empty.append(export.label)
            continue
        check_columns(export.label, names, columns, needed)
        readers.append((reader, export.label))
        seen.update(names)
        count.encodings[encoding] += 1
    count.files = len(exports)
    if not readers:
        raise BadInput(f"{files.path}: every file is empty: export it again")
    named = dict(columns) | {f"leave_out.{name}": name for name in files.leave_out}
    for field, theirs in named.items():
        names = columns_of({field: theirs})
        if not seen.intersection(names):
            raise BadInput(
                f"{files.path} has no column {' or '.join(map(repr, names))}, which params.yaml "
                f"names for {field}; it has {', '.join(sorted(seen))}"
            )
    return Source(readers, empty, sum(export.path.stat().st_size for export in exports))


def _open(export: Export, files: Files, columns: Columns) -> tuple[Reader, str]:
    suffix = export.path.suffix.lower()
    try:
        if suffix == ".parquet":
            return ParquetFile(export.path, export.label), "parquet"
        is_json = suffix in (".jsonl", ".ndjson")
        encoding = files.encoding
        if encoding == "auto":
            encoding = detect_encoding(export.path, unicode_only=is_json)
        "".encode(encoding)
        if is_json:
            return JsonlFile(export.path, encoding), encoding
    except LookupError:
        raise BadInput(
            f"{files.path}: Python knows no encoding {files.encoding!r} (params.yaml); "
            "write a codec such as utf-8 or latin-1, or auto"
        ) from None
    except OSError as error:
        raise BadInput(f"{export.label} can't be read: {error.strerror}") from None
    reader = CsvFile(
        path=export.path,
        label=export.label,
        encoding=encoding,
        separator=files.separator,
        expected=columns_of(columns),
        anchor=columns_of({"at": columns.get("created_at", [])}),
        is_time=lambda text: read_times(pl.Series([text]), files.time_format)[0] is not None,
    )
    return reader, encoding


def check_columns(label: str, names: list[str], columns: Columns, needed: Collection[str]) -> None:
    """Raise BadInput where one of the `needed` fields has no column among `names`."""
    for field in needed:
        theirs = columns_of({field: columns[field]})
        if not set(theirs).intersection(names):
            raise BadInput(
                f"{label} has no column {' or '.join(map(repr, theirs))}, which params.yaml names "
                f"for {field}; it has {', '.join(names)}"
            )


def read_fields(files: AnyTable, reader: Reader, label: str, sink: Sink) -> Iterator[pl.DataFrame]:
    """One file's rows as our fields, with `left_out` and `..._given`; unread ones go to `sink`."""
    columns: Columns = files.columns
    wanted = {*columns_of(columns), *files.leave_out}
    for batch in reader.batches(wanted):
        sink.advance(batch.bytes_read)
        if batch.bad:
            sink.reject(reject_unread(batch.bad, label))
        if not batch.frame.height:
            continue
        fields = take_fields(batch.frame, columns, files.time_format, files.list_separator)
        told = (*TIMES, "csat", "draft_weight")
        given = [_is_given(batch.frame, field, columns) for field in told if field in columns]
        yield fields.with_columns(left_out(batch.frame, files.leave_out), *given)


def _is_given(frame: pl.DataFrame, field: str, columns: Columns) -> pl.Series:
    """Whether a row has anything for a field, to tell what is missing from what is unreadable."""
    there = [name for name in columns_of({field: columns[field]}) if name in frame.columns]
    filled = pl.any_horizontal(
        [pl.lit(False), *(pl.col(name).str.strip_chars() != "" for name in there)]
    )
    return frame.select(filled.fill_null(False).alias(f"{field}_given")).to_series()
