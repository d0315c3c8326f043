"""Times as exports write them, read into UTC. A time without a zone is taken as UTC."""

import polars as pl

from drafter.records import UTC

# Tried in order on what is left, after normalising: "T" is a blank, every zone is "+hhmm".
FORMATS = (
    "%Y-%m-%d %H:%M:%S%.f%z",
    "%Y-%m-%d %H:%M%z",
    "%Y/%m/%d %H:%M:%S%z",
    "%a, %d %b %Y %H:%M:%S %z",
    "%d %b %Y %H:%M:%S %z",
)
UTC_TAILS = ("", "Z", " UTC", " +0000", "+00:00", "+0000")
DAY_FORMATS = ("%Y-%m-%d", "%Y/%m/%d")


def read_times(texts: pl.Series, time_format: str = "auto") -> pl.Series:
    """The instants that `texts` name, as UTC; null where one can't be read.

    `auto` reads ISO 8601 (also with a blank for the T, or "+0000"), RFC 2822, days, and epochs in
    seconds, milliseconds or microseconds. 01/02/2024 is not guessed at: give its format.
    """
    texts = texts.str.strip_chars()
    if time_format != "auto":
        return _parse(texts, time_format)
    return _first_read(texts)


def _first_read(texts: pl.Series) -> pl.Series:
    """What most exports hold, 2026-03-02T09:15:00Z and its like, needs no regular expression."""
    plain = texts.str.slice(19).is_in(UTC_TAILS)
    heads = texts.str.slice(0, 19).set(~plain, None)
    times = heads.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
    if times.null_count() > texts.null_count():
        with_t = heads.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
        times = times.zip_with(times.is_not_null(), with_t)
    times = times.dt.replace_time_zone("UTC")
    left = texts.is_not_null() & (texts != "") & times.is_null()
    if left.any():
        times = times.zip_with(~left, _read_any(texts.set(~left, None)))
    return times


def _read_any(texts: pl.Series) -> pl.Series:
    name = texts.name
    normal = (
        texts.str.replace(r"^(\d{4}-\d\d-\d\d)[Tt]", "$1 ")
        .str.replace(r" ?(?:Z|z|UTC|GMT)$", "+0000")
        .str.replace(r"^(\d{4}[-/].*:\d\d(?:\.\d+)?) ?([+-]\d\d):?(\d\d)$", "$1$2$3")
        .str.replace(r"(:\d\d(?:\.\d+)?)([+-]\d\d)$", "$1${2}00")
        .str.replace(r"^(\d{4}[-/]\d\d[-/]\d\d \d\d:\d\d(?::\d\d(?:\.\d+)?)?)$", "$1+0000")
    )
    times = pl.Series(name, [None] * len(texts), UTC)
    todo = texts.is_not_null() & (texts != "")
    for read in (
        *((lambda left, f=f: _parse(left, f)) for f in FORMATS),
        *((lambda left, f=f: _parse_days(left, f)) for f in DAY_FORMATS),
        _parse_epochs,
    ):
        open_ones = todo & times.is_null()
        if not open_ones.any():
            break
        found = read(normal if open_ones.all() else normal.set(~open_ones, None))
        times = times.zip_with(times.is_not_null(), found)
    return times.alias(name)


def _parse(texts: pl.Series, time_format: str) -> pl.Series:
    if "%z" in time_format or "%:z" in time_format:
        return texts.str.to_datetime(time_format, time_zone="UTC", time_unit="us", strict=False)
    if "%H" not in time_format and "%I" not in time_format:
        return _parse_days(texts, time_format)
    naive = texts.str.to_datetime(time_format, time_unit="us", strict=False)
    return naive.dt.replace_time_zone("UTC")


def _parse_days(texts: pl.Series, time_format: str) -> pl.Series:
    days = texts.str.to_date(time_format, strict=False)
    return days.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def _parse_epochs(texts: pl.Series) -> pl.Series:
    """Digits alone: their number says the unit, as nobody wrote tickets before 1973."""
    digits = texts.str.extract(r"^(\d{9,17})(?:\.\d+)?$").cast(pl.Int64)
    frame = pl.DataFrame({"digits": digits})
    unit = (
        pl.when(pl.col("digits") < 10**11)
        .then(10**6)
        .when(pl.col("digits") < 10**14)
        .then(10**3)
        .otherwise(1)
    )
    return frame.select((pl.col("digits") * unit).cast(UTC)).to_series()
