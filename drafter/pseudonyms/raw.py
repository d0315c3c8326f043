"""All texts of a table as one run of bytes, as Arrow holds them: read, changed and cut at once."""

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Numbers = npt.NDArray[np.int64]
Signs = npt.NDArray[np.uint8]
_SMALL = np.frombuffer(bytes(range(256)).lower(), np.uint8)


def bytes_of(texts: pl.Series) -> tuple[Numbers, Signs]:
    """Where each text begins, one bound more than texts; and all texts as one run of bytes."""
    arrow = texts.to_arrow(compat_level=pl.CompatLevel.oldest())
    _, bounds, data = arrow.buffers()
    begins = np.frombuffer(bounds, np.int64)[: len(texts) + 1]
    return begins, np.frombuffer(data or b"", np.uint8)[: begins[-1]]


def texts_of(bounds: Numbers, data: bytes | Signs) -> pl.Series:
    """The reverse of `bytes_of`."""
    buffers = (pa.py_buffer(np.ascontiguousarray(bounds)), pa.py_buffer(data))
    return pl.Series(pa.LargeStringArray.from_buffers(len(bounds) - 1, *buffers))


def small_ascii(texts: pl.Series) -> pl.Series:
    """The texts with A to Z in small letters and all else as it is: every byte keeps its place."""
    bounds, signs = bytes_of(texts)
    return texts_of(bounds, _SMALL[signs])


def splice(texts: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Put each span's `placeholder` where it stands. Spans are sorted and must not overlap.

    All texts are one run of bytes: it is cut at the spans, and joined again.
    """
    if spans.is_empty():
        return texts
    bounds, signs = bytes_of(texts["text"])
    text = np.searchsorted(texts["row"].to_numpy(), spans["row"].to_numpy())
    starts = spans["start"].to_numpy() + bounds[text]
    ends = spans["end"].to_numpy() + bounds[text]
    data, placeholders = memoryview(signs.data), spans["placeholder"].cast(pl.Binary)
    kept = map(slice, [0, *ends.tolist()], [*starts.tolist(), len(signs)])
    pieces: list[bytes | memoryview] = [b""] * (2 * len(spans) + 1)
    pieces[0::2] = map(data.__getitem__, kept)
    pieces[1::2] = placeholders.to_list()
    longer = placeholders.bin.size().cast(pl.Int64).to_numpy() - (ends - starts)
    grown = np.zeros(len(bounds), np.int64)
    np.add.at(grown, text + 1, longer)
    return texts.with_columns(text=texts_of(bounds + np.cumsum(grown), b"".join(pieces)))
