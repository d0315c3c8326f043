"""People who are known from the ticket's metadata, found in its texts.

Limits. Only people in the metadata are found, in any case. Names that are words too (Will, May,
Rose) and those of two letters are replaced where they stand as a name: with a capital, and after
a greeting or a title, on a line of their own, or in the middle of a sentence (except May and the
rest of the calendar). Where a sentence begins with one ("Rose told me"), it stays, as do names
that the metadata lacks, nicknames, and misspellings.
"""

import polars as pl

from drafter.pseudonyms.people import needles_of
from drafter.pseudonyms.raw import small_ascii
from drafter.pseudonyms.spans import (
    SPAN,
    leftmost_longest,
    place,
    text_within,
    whole_words,
    with_surroundings,
)
from drafter.pseudonyms.words import CALENDAR, COMMON

_CALENDAR = pl.Series(sorted(CALENDAR)).implode()
_COMMON = pl.Series(sorted(COMMON)).implode()
WANTED = pl.Schema({"ticket": pl.Int64(), "needle": pl.String(), "key": pl.String()})

GREETING = (
    r"(?i)(?:^|[^\p{L}])(?:hi|hello|hey|dear|thanks|thank you|thx|cheers|hallo|moin"
    r"|liebe[rs]?|guten tag|bonjour"
    r"|salut|merci|ch[eè]re?|hola|gracias|querid[oa]|ciao|caro|cara|beste|ol[aá]|mr|mrs|ms"
    r"|mx|dr|herrn?|frau|m\.|mme|sr|sra|regards|best|sincerely|yours|gr[uü](?:ß|ss)e|@)[.,]?\s+@?$|@$"
)
WITHIN_SENTENCE = r"\p{Ll},? $"
LINE_START = r"(?:^|[\r\n])[ \t>*_\x{2013}\x{2014}-]*$"
LINE_END = r"^[ \t*_]*[,.!:]?[ \t]*(?:$|[\r\n])"


def spans_of_names(texts: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Spans of the names in `people` (ticket, names) in `texts` (row, ticket, text)."""
    wanted = _wanted(people)
    if wanted.is_empty():
        return pl.DataFrame(schema=SPAN)
    texts = texts.select("row", "ticket", "text", small=small_ascii(texts["text"]))
    # A text holds few of the needles: only those are placed, by cutting the text at each.
    hits = texts.join(wanted, on="ticket", how="inner").filter(
        pl.col("small").str.contains(pl.col("needle"), literal=True)
    )
    if hits.is_empty():
        return pl.DataFrame(schema=SPAN)
    pieces = hits.with_columns(before=pl.col("small").str.split(pl.col("needle")))
    pieces = pieces.with_columns(pl.col("before").list.head(pl.col("before").list.len() - 1))
    hits = place(pieces.with_row_index("group").explode("before"), pl.col("needle"))
    hits = with_surroundings(hits, 24, 12).with_columns(
        found=text_within(pl.col("start"), pl.col("end"))
    )
    hits = leftmost_longest(_in_place(whole_words(hits)))
    return hits.with_columns(label=pl.lit("NAME")).select(list(SPAN))


def _wanted(people: pl.DataFrame) -> pl.DataFrame:
    """WANTED rows: what to look for in which ticket, and whose key it tells."""
    tickets: list[int] = []
    needles: list[str] = []
    keys: list[str] = []
    for ticket, names in people.select("ticket", "names").iter_rows():
        owners = needles_of(names or ())
        tickets += [ticket] * len(owners)
        needles += owners
        keys += owners.values()
    return pl.DataFrame([tickets, needles, keys], schema=WANTED)


def _in_place(hits: pl.DataFrame) -> pl.DataFrame:
    """Drop words that are only sometimes names where they do not stand as one.

    Looks at what stands around them: `before`, `after`.
    """
    lower, short = pl.col("found").str.to_lowercase(), pl.col("found").str.len_chars() < 3
    calendar = lower.is_in(_CALENDAR)
    common = calendar | lower.is_in(_COMMON) | (short & pl.col("found").str.contains("[a-z]"))
    hits = hits.with_columns(common=common)
    others = hits.filter("common")
    if others.is_empty():
        return hits
    capital = pl.col("found").str.contains(r"^\p{Lu}")
    own_line = pl.col("before").str.contains(LINE_START) & pl.col("after").str.contains(LINE_END)
    within = pl.col("before").str.contains(WITHIN_SENTENCE) & ~calendar
    stands = capital & (pl.col("before").str.contains(GREETING) | own_line | within)
    return pl.concat([hits.filter(~pl.col("common")), others.filter(stands)])
