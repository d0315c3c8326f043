"""Files that are either whole or not there: Parquet, JSON and text, written beside and renamed."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.errors import BadInput

if TYPE_CHECKING:
    import polars as pl


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to; rename it into place if the block succeeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_table(path: Path, table: "pl.DataFrame", schema: "pl.Schema") -> None:
    """Write `table` as Parquet in `schema`'s columns and order, with page checksums."""
    import pyarrow.parquet as pq

    whole = table.select(list(schema)).cast(dict(schema))  # type: ignore[arg-type]
    with written_whole(path) as beside:
        pq.write_table(whole.to_arrow(), beside, compression="zstd", write_page_checksum=True)


def read_table(path: Path, schema: "pl.Schema") -> "pl.DataFrame":
    """Read a table that a stage wrote, with its page checksums verified.

    Raises BadInput where the file is missing, damaged, or has other columns than `schema`.
    """
    import polars as pl
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        arrow = pq.read_table(path, page_checksum_verification=True)
    except FileNotFoundError:
        raise BadInput(f"{path} is not there: run `dvc repro` to make it") from None
    except (OSError, pa.ArrowException) as error:
        raise BadInput(
            f"{path} is damaged ({str(error).splitlines()[0]}): delete it and run `dvc repro`"
        ) from error
    table = pl.from_arrow(arrow)
    assert isinstance(table, pl.DataFrame)
    _expect_columns(path, table.columns, schema)
    return table.cast(dict(schema))  # type: ignore[arg-type]


@contextmanager
def open_table(path: Path, schema: "pl.Schema") -> "Iterator[Callable[[pl.DataFrame], None]]":
    """Give a function that appends a batch; the whole stands at `path` once the block succeeds.

    with open_table(paths.dropped, REJECTED) as append:
        for batch in batches:
            append(batch)
    """
    import polars as pl
    import pyarrow.parquet as pq

    arrow = pl.DataFrame(schema=schema).to_arrow().schema
    with (
        written_whole(path) as beside,
        pq.ParquetWriter(beside, arrow, compression="zstd", write_page_checksum=True) as writer,
    ):

        def append(batch: pl.DataFrame) -> None:
            whole = batch.select(list(schema)).cast(dict(schema))  # type: ignore[arg-type]
            if len(whole):
                writer.write_table(whole.to_arrow().cast(arrow))

        yield append


def read_batches(path: Path, schema: "pl.Schema", rows: int) -> "Iterator[pl.DataFrame]":
    """The same as `read_table` in batches of at most `rows` rows, for tables beyond memory."""
    import polars as pl
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            _expect_columns(path, file.schema_arrow.names, schema)
            for batch in file.iter_batches(rows):
                table = pl.from_arrow(batch)
                assert isinstance(table, pl.DataFrame)
                yield table.cast(dict(schema))  # type: ignore[arg-type]
    except FileNotFoundError:
        raise BadInput(f"{path} is not there: run `dvc repro` to make it") from None
    except (OSError, pa.ArrowException) as error:
        raise BadInput(
            f"{path} is damaged ({str(error).splitlines()[0]}): delete it and run `dvc repro`"
        ) from error


def count_rows(path: Path) -> int:
    """How many rows a table has, from its footer; 0 where there is none to read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowException):
        return 0


def _expect_columns(path: Path, columns: list[str], schema: "pl.Schema") -> None:
    """Raise BadInput where a file has other columns than `schema`."""
    if columns != list(schema):
        missing = sorted(set(schema) - set(columns))
        extra = sorted(set(columns) - set(schema))
        raise BadInput(
            f"{path} has other columns than expected (missing {missing}, extra {extra}): "
            "an older version wrote it; run `dvc repro --force`"
        )


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write `value` as indented JSON with its keys in the order given."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file that a stage wrote. Raises BadInput where it is missing or damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(f"{path} is not there: run `dvc repro` to make it") from None
    except json.JSONDecodeError as error:
        raise BadInput(f"{path} is not JSON ({error}): delete it and run `dvc repro`") from error


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8."""
    with written_whole(path) as beside:
        beside.write_text(text, encoding="utf-8")
