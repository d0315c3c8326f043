"""All texts of a table as one run of bytes, as Arrow holds them: read, changed and cut at once."""

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Bounds = npt.NDArray[np.int64]
_SMALL = np.frombuffer(bytes(range(256)).lower(), np.uint8)


def bytes_of(texts: pl.Series) -> tuple[Bounds, memoryview]:
    """All texts as one run of bytes, and where each begins in it; one bound more than texts."""
    arrow = texts.to_arrow(compat_level=pl.CompatLevel.oldest())
    _, bounds, data = arrow.buffers()
    begins = np.frombuffer(bounds, np.int64)[: len(texts) + 1]
    return begins, memoryview(data or b"")[: begins[-1]]


def texts_of(bounds: Bounds, data: bytes | npt.NDArray[np.uint8]) -> pl.Series:
    """The reverse of `bytes_of`."""
    buffers = (pa.py_buffer(np.ascontiguousarray(bounds)), pa.py_buffer(data))
    return pl.Series(pa.LargeStringArray.from_buffers(len(bounds) - 1, *buffers))


def small_ascii(texts: pl.Series) -> pl.Series:
    """The texts with A to Z in small letters and all else as it is: every byte keeps its place."""
    bounds, data = bytes_of(texts)
    return texts_of(bounds, _SMALL[np.frombuffer(data, np.uint8)])


def splice(texts: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Put each span's `placeholder` where it stands. Spans of a row must not overlap.

    All texts are one run of bytes: it is cut at the spans, and joined again.
    """
    if spans.is_empty():
        return texts
    bounds, data = bytes_of(texts["text"])
    places = texts.select(pl.col("row").cast(pl.Int64), begin=pl.Series(bounds[:-1]))
    spans = spans.join(places, on="row", how="left").with_columns(
        pl.col("start") + pl.col("begin"), pl.col("end") + pl.col("begin")
    )
    spans = spans.sort("start")
    pieces: list[bytes | memoryview] = []
    reached = 0
    for start, end, placeholder in spans.select("start", "end", "placeholder").iter_rows():
        pieces += (data[reached:start], placeholder.encode())
        reached = end
    pieces.append(data[reached:])
    longer = spans["placeholder"].str.len_bytes().cast(pl.Int64) - spans["end"] + spans["start"]
    behind = np.searchsorted(bounds, spans["start"].to_numpy(), side="right")
    grown = np.bincount(behind, longer.to_numpy(), len(bounds)).astype(np.int64)
    return texts.with_columns(text=texts_of(bounds + np.cumsum(grown), b"".join(pieces)))
