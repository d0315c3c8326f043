"""Parquet files and Hugging Face datasets: both hand out Arrow batches, read here as text rows."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from drafter.errors import BadInput
from tasks.ingest.batches import LIST_MARK, ROW, BadRow, Batch, without_nuls
from tasks.ingest.jsonl_file import Lines, as_text

if TYPE_CHECKING:
    import datasets

ROWS_A_BATCH = 20_000


@dataclass
class ParquetFile:
    """One Parquet file."""

    path: Path
    label: str

    def columns(self) -> list[str]:
        try:
            return list(pq.read_schema(self.path).names)
        except (OSError, pa.ArrowException) as error:
            raise BadInput(
                f"{self.label} is no whole Parquet file ({str(error).splitlines()[0]}): "
                "export it again"
            ) from None

    def batches(self, wanted: Collection[str]) -> Iterator[Batch]:
        row = 0
        for records in self._records(wanted):
            yield Batch(*without_nuls(text_rows(records, row)), records.nbytes)
            row += records.num_rows

    def objects(self) -> Iterator[tuple[Lines, list[BadRow], int]]:
        row = 0
        for records in self._records(self.columns()):
            yield number_rows(records, row), [], records.nbytes
            row += records.num_rows

    def _records(self, wanted: Collection[str]) -> Iterator[pa.RecordBatch]:
        names = [name for name in self.columns() if name in wanted]
        with pq.ParquetFile(self.path) as file:
            yield from file.iter_batches(batch_size=ROWS_A_BATCH, columns=names)


@dataclass
class HubDataset:
    """One split of a dataset of the `datasets` library."""

    dataset: "datasets.Dataset"

    def columns(self) -> list[str]:
        return list(self.dataset.column_names)

    def batches(self, wanted: Collection[str]) -> Iterator[Batch]:
        row = 0
        for records in self._records(wanted):
            yield Batch(*without_nuls(text_rows(records, row)), records.num_rows)
            row += records.num_rows

    def objects(self) -> Iterator[tuple[Lines, list[BadRow], int]]:
        row = 0
        for records in self._records(self.columns()):
            yield number_rows(records, row), [], records.num_rows
            row += records.num_rows

    def _records(self, wanted: Collection[str]) -> Iterator[pa.RecordBatch]:
        names = [name for name in self.columns() if name in wanted]
        table = self.dataset.select_columns(names).with_format("arrow")
        for part in table.iter(batch_size=ROWS_A_BATCH):
            yield from part.combine_chunks().to_batches()


def number_rows(records: pa.RecordBatch, before: int) -> Lines:
    """The rows as Python objects, numbered from `before` + 1."""
    values: list[dict[str, Any]] = records.to_pylist()
    return [(before + i, value) for i, value in enumerate(values, start=1)]


def text_rows(records: pa.RecordBatch, before: int) -> pl.DataFrame:
    """The rows with every value as text; times as ISO 8601, lists joined by LIST_MARK."""
    table = pl.DataFrame(pl.from_arrow(records))
    rows = pl.int_range(before + 1, before + 1 + records.num_rows, eager=True).alias(ROW)
    return pl.DataFrame([rows, *(_as_text(column) for column in table)])


def _as_text(column: pl.Series) -> pl.Series:
    kind = column.dtype
    if isinstance(kind, pl.Datetime):
        if kind.time_zone:
            column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
    if isinstance(kind, pl.List) and kind.inner == pl.String:
        return column.list.join(LIST_MARK, ignore_nulls=True)
    if isinstance(kind, pl.List | pl.Array | pl.Struct | pl.Binary | pl.Object):
        texts = [as_text(value) for value in column.to_list()]
        return pl.Series(column.name, texts, pl.String)
    return column.cast(pl.String)
