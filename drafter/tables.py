"""Files that are either whole or not there: Parquet, JSON and text, written beside and renamed."""

import json
import os
from collections.abc import Iterator, Mapping
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
    if table.columns != list(schema):
        missing = sorted(set(schema) - set(table.columns))
        extra = sorted(set(table.columns) - set(schema))
        raise BadInput(
            f"{path} has other columns than expected (missing {missing}, extra {extra}): "
            "an older version wrote it; run `dvc repro --force`"
        )
    return table.cast(dict(schema))  # type: ignore[arg-type]


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
