"""Where something stands in a text: found by a regular expression, weighed, cut out.

A span table has one row per find, positions counted in UTF-8 bytes:

    row  start  end  found            label  key
    0    17     31   jo@example.com   EMAIL  jo@example.com

`row` points into the text table (`row`, `ticket`, `text`). `key` is the value without its
spelling, so that two spellings of one number share a placeholder.
Rust's regular expressions are linear in the text, whatever the text.
"""

from bisect import bisect_left

import polars as pl

from drafter.pseudonyms.labels import LABELS, LETTERS

SPAN = pl.Schema(
    {
        "row": pl.Int64(),
        "start": pl.Int64(),
        "end": pl.Int64(),
        "found": pl.String(),
        "label": pl.String(),
        "key": pl.String(),
    }
)
FOUND = pl.Schema(
    {name: SPAN[name] for name in ("row", "start", "end", "found")}
    | {"before": pl.String(), "after": pl.String()}
)
_RAW = pl.col("text").cast(pl.Binary)


def find(texts: pl.DataFrame, pattern: str) -> pl.DataFrame:
    """Every match of `pattern`: row, start, end, found; `before` and `after`, up to the next one.

    `texts` has `row` and `text`; `pattern` matches a character at least.
    """
    matches = pl.col("found").list.len()
    hits = texts.select("row", "text", found=pl.col("text").str.extract_all(pattern))
    hits = hits.filter(matches > 0)
    if hits.is_empty():
        return pl.DataFrame(schema=FOUND)
    between = pl.col("text").str.split(pattern, literal=False)
    hits = hits.select("row", "found", before=between).with_columns(
        before=pl.col("before").list.head(matches), after=pl.col("before").list.slice(1, matches)
    )
    pieces = hits.with_columns(group="row").explode("found", "before", "after")
    return place(pieces, pl.col("found")).select("row", "start", "end", "found", "before", "after")


def place(pieces: pl.DataFrame, found: pl.Expr) -> pl.DataFrame:
    """Add `start` and `end` to finds in the order of their text, one text to a `group`.

    `before` is what stands between a find and the one above it.
    """
    size = found.str.len_bytes().cast(pl.Int64)
    end = (pl.col("before").str.len_bytes().cast(pl.Int64) + size).cum_sum()
    # One running sum over all rows, less what it was where the group began.
    pieces = pieces.with_columns(end=end, start=end - size)
    began = pl.col("start") - pl.col("before").str.len_bytes().cast(pl.Int64)
    offset = pl.when(_first_of("group")).then(began).forward_fill()
    return pieces.with_columns(pl.col("start") - offset, pl.col("end") - offset)


def _first_of(column: str) -> pl.Expr:
    """Whether a row begins a group: its number differs from the one above it."""
    return pl.col(column).ne_missing(pl.col(column).shift(1))


def whole_words(spans: pl.DataFrame) -> pl.DataFrame:
    """Keep finds that don't begin or end inside a word (letters and digits of any script).

    Looks at the last character of `before` and the first of `after`.
    """
    letter = f"[{LETTERS}]"
    # Scripts without spaces between words have no boundary to ask for.
    unspaced = r"[\u{e00}-\u{e7f}\u{3040}-\u{30ff}\u{3400}-\u{9fff}]"
    inside_before = (
        pl.col("found").str.contains("^" + letter)
        & pl.col("before").str.contains(letter + "$")
        & ~pl.col("found").str.contains("^" + unspaced)
    )
    inside_after = (
        pl.col("found").str.contains(letter + "$")
        & pl.col("after").str.contains("^" + letter)
        & ~pl.col("found").str.contains(unspaced + "$")
    )
    return spans.filter(~(inside_before | inside_after))


def with_surroundings(spans: pl.DataFrame, before: int, after: int) -> pl.DataFrame:
    """Add `before` and `after`: the `text` up to `start` and from `end` on, so many bytes of each.

    The outermost character stands whole or not at all, but it stands if it is the only one.
    """
    begin, finish = pl.col("_begin"), pl.col("_finish")
    spans = spans.with_columns(
        _begin=pl.max_horizontal(pl.col("start") - before, 0), _finish=pl.col("end") + after
    )
    # Three bytes at most lie between the middle of a character and its beginning or end.
    for _ in range(3):
        spans = spans.with_columns(
            begin - _inside_character(begin), finish + _inside_character(finish)
        )
    return spans.with_columns(
        before=text_within(begin, pl.col("start")), after=text_within(pl.col("end"), finish)
    ).drop("_begin", "_finish")


def text_within(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """The `text` from one byte to another, both between characters."""
    return _RAW.bin.slice(start, end - start).cast(pl.String)


def _inside_character(place: pl.Expr) -> pl.Expr:
    """1 where the byte at `place` goes on a character that began before, else 0 (UTF-8)."""
    byte = _RAW.bin.slice(place, 1)
    return ((byte >= pl.lit(b"\x80")) & (byte < pl.lit(b"\xc0"))).cast(pl.Int64)


def in_order(spans: pl.DataFrame) -> pl.DataFrame:
    """The spans in the order of their rows and places."""
    return spans.sort(_on_line("start"))


def apart(spans: pl.DataFrame) -> pl.DataFrame:
    """Of spans that touch each other, those whose label stands first in LABELS; in order."""
    spans = in_order(spans)
    reached = _on_line("end").cum_max().shift(1, fill_value=0)
    goes_on = spans.select(_on_line("start") < reached).to_series()
    # Few touch another: only those are compared.
    touching = goes_on | goes_on.shift(-1, fill_value=False)
    if not touching.any():
        return spans
    rank = pl.col("label").replace_strict(LABELS, range(len(LABELS)))
    few = spans.with_row_index("place").filter(touching).sort(rank, "place")
    kept = ~touching.to_numpy()
    kept[first_come(few)["place"].to_numpy()] = True
    return spans.filter(pl.Series(kept))


def without_overlap(spans: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """The rows of `spans` that touch no row of `taken`, whose own rows touch each other nowhere."""
    if spans.is_empty() or taken.is_empty():
        return spans
    right = taken.select(begins=_on_line("start"), ends=_on_line("end")).sort("begins")
    left = spans.with_columns(last=_on_line("end") - 1).sort("last")
    near = left.join_asof(right, left_on="last", right_on="begins", strategy="backward")
    touches = (pl.col("ends") > _on_line("start")).fill_null(False)
    return near.filter(~touches).drop("last", "begins", "ends")


def _on_line(place: str) -> pl.Expr:
    """One number for row and byte, so that all places are in one sorted line."""
    return pl.col("row") * 2**32 + pl.col(place)


def leftmost_longest(spans: pl.DataFrame) -> pl.DataFrame:
    """Of spans that touch each other, the one that begins first; of those, the longest."""
    return first_come(spans.sort("row", "start", "end", descending=[False, False, True]))


def first_come(spans: pl.DataFrame) -> pl.DataFrame:
    """The rows that touch no row above them which is kept."""
    kept: list[int] = []
    begins: list[int] = []  # of what is kept, along the line; `ends` beside them
    ends: list[int] = []
    places = spans.select(_on_line("start"), end=_on_line("end"))
    for place, (start, end) in enumerate(places.iter_rows()):
        at = bisect_left(begins, end)
        if not at or ends[at - 1] <= start:
            begins.insert(at, start)
            ends.insert(at, end)
            kept.append(place)
    return spans[kept]
