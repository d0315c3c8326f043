"""The series that are watched, out of the drafts of the version that serves."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from tasks.changed_words import words
from tasks.monitor.params import MonitorParams
from tasks.monitor.watch import Kind, Series, Value
from tasks.policy_book import said_in

if TYPE_CHECKING:
    import polars as pl

    from tasks.monitor.looks import Valued

SERIES: Mapping[str, tuple[Kind, str]] = {
    "acceptance": ("share", "drafts that were shown and not sent as they were"),
    "edits": ("rank", "share of words that agents changed in drafts that they were shown"),
    "abstention": ("share", "tickets for which no draft was shown"),
    "findings": ("share", "drafts in which the guard found a broken rule"),
    "seconds": ("rank", "median wait of a day's drafts, in seconds"),
    "topics": ("mix", "topics of the tickets, as told by who sent them"),
    "length": ("rank", "words of a ticket"),
    "meaning": ("rank", "distance of a ticket from the nearest training tickets"),
}
"""How each is looked at, and what it is; large is bad, for `length` any change is."""

# Of these the training tickets are the past; of the others, the version's own first drafts.
TRAINED = ("topics", "length", "meaning")


def series_of(
    drafts: "pl.DataFrame",
    trained: Mapping[str, Sequence["Valued"]],
    distances: Mapping[str, float],
    until: date,
    params: MonitorParams,
) -> list[Series]:
    """All of SERIES, up to and with the day `until`.

    `drafts` are a version's of `history`; `trained` holds training tickets' values by series;
    `distances` those of drafts by id. A customer counts once a day, for one who writes five times
    would count for five.
    """
    import polars as pl

    made = drafts.filter(pl.col("day") <= until)
    once = once_a_day(made, "day")
    told = drafts.filter(
        pl.col("action").is_not_null() & ~pl.col("held") & (pl.col("told") <= until)
    ).sort("told", "at", "draft_id")
    told = once_a_day(told, "told")
    edited = told.filter(pl.col("edits").is_not_null())
    days = made.group_by("day").agg(pl.col("seconds").median()).sort("day")
    far = once.filter(pl.col("draft_id").is_in(list(distances)))
    about = once.filter(pl.col("topic").is_not_null())
    values = {
        "acceptance": _values(told["told"], told["agent"], told["action"] != "accepted"),
        "edits": _values(edited["told"], edited["agent"], edited["edits"]),
        "abstention": _values(once["day"], None, once["held"]),
        "findings": _values(once["day"], None, once["rules"].list.len() > 0),
        "seconds": _values(days["day"], None, days["seconds"]),
        "topics": _values(about["day"], about["topic"], [0] * about.height),
        "length": _values(once["day"], None, once["words"]),
        "meaning": _values(far["day"], None, [distances[one] for one in far["draft_id"]]),
    }
    return [
        Series(
            name, kind, values[name],
            params.baseline_days if name == "seconds" else params.baseline,
            name == "length", trained.get(name, ()), name == "seconds",
        )
        for name, (kind, _) in SERIES.items()
    ]  # fmt: skip


def trained_values(
    tickets: "pl.DataFrame | None", distances: Sequence[float]
) -> dict[str, list["Valued"]]:
    """The training tickets' own values, by series; none where the tickets are gone."""
    if tickets is None:
        return {}
    topics = [topic for topic in tickets["topic"] if topic is not None]
    return {
        "topics": [(topic, 0.0) for topic in topics],
        "length": [(None, float(length)) for length in lengths(tickets)],
        "meaning": [(None, distance) for distance in distances],
    }


def lengths(tickets: "pl.DataFrame") -> list[int]:
    """Words of each CURATED ticket, counted as those of a draft's ticket are."""
    return [sum(len(words(text)) for text in said_in(row)) for row in tickets.iter_rows(named=True)]


def once_a_day(drafts: "pl.DataFrame", day: str) -> "pl.DataFrame":
    """The first draft of each customer on each day of the column `day`."""
    import polars as pl

    who = pl.coalesce("customer", "draft_id")
    return drafts.filter(pl.struct(day, who.alias("who")).is_first_distinct())


def _values(days: Any, strata: Any, numbers: Any) -> list[Value]:
    strata = [None] * len(days) if strata is None else strata
    return [
        Value(day, stratum, float(number))
        for day, stratum, number in zip(days, strata, numbers, strict=True)
    ]
