"""The challenger beside the champion, out of the drafts of both; docs/monitor.md says how.

Split: the challenger's tickets against the champion's of the same day and agent. A conversation is
one draw, so that its first draft alone counts, and a customer counts once a day. A ticket of the
challenger's that the champion had to draft is one without a draft, and is no champion's ticket: it
was not drawn for it.

Shadow: two drafts for one ticket. Agents saw the champion's, and what they sent leans on it: that
the other is closer to it all the same may be concluded, that it is farther off may not.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple

from tasks.monitor.against import Contest, Kind, Sided
from tasks.monitor.series import once_a_day

if TYPE_CHECKING:
    import polars as pl

Mode = Literal["split", "shadow"]

CONTESTS: Mapping[Mode, Mapping[str, tuple[Kind, str]]] = {
    "split": {
        "acceptance": ("share", "drafts that were shown and not sent as they were"),
        "edits": ("rank", "share of words that agents changed in drafts that they were shown"),
        "abstention": ("share", "tickets for which it showed no draft"),
        "findings": ("share", "drafts in which the guard found a broken rule"),
        "seconds": ("pair", "median wait of a day's drafts, in seconds"),
    },
    "shadow": {
        "abstention": ("pair", "tickets for which it would show no draft"),
        "findings": ("pair", "drafts in which the guard found a broken rule"),
        "edits": ("pair", "share of words between its draft and what was sent"),
    },
}
"""How each is looked at, and what it is; large is bad."""
ONE_WAY = ("shadow", "edits")
MANY = sum(len(names) for names in CONTESTS.values())


class Sides(NamedTuple):
    """Drafts of the two in a mode, a column `challengers` tells them apart; and what they are of.

    `fell`: tickets of the challenger's that the champion had to draft.
    """

    drafts: "pl.DataFrame"
    fell: int


def split(history: "pl.DataFrame", champion: str, challenger: str) -> Sides:
    """The tickets that were drawn since the challenger's first; none where it had none."""
    import polars as pl

    from desk.store.roles import CHALLENGER, CHAMPION

    of_challenger = (pl.col("role") == CHALLENGER) & (pl.col("version") == challenger)
    of_champion = (pl.col("role") == CHAMPION) & (pl.col("version") == champion)
    fell = (of_champion & (pl.col("instead_of") == challenger)).fill_null(False)
    first = history.filter(of_challenger)["at"].min()
    drawn = history.filter(
        (pl.col("at") >= first)
        & (of_challenger | fell | (of_champion & pl.col("instead_of").is_null()))
        if first is not None
        else pl.lit(False)
    ).with_columns(
        (of_challenger | fell).alias("challengers"),
        fell.alias("fell"),
        pl.col("held") | fell,
    )
    drawn = drawn.unique("conversation", keep="first", maintain_order=True)
    return Sides(drawn, int(drawn["fell"].sum()))


def shadow(history: "pl.DataFrame", champion: str, challenger: str) -> Sides:
    """Both drafts of the tickets that have two, the champion's first."""
    import polars as pl

    from desk.store.roles import CHAMPION, SHADOW

    of_challenger = (pl.col("role") == SHADOW) & (pl.col("version") == challenger)
    of_champion = (pl.col("role") == CHAMPION) & (pl.col("version") == champion)
    unseen = history.filter(of_challenger).unique("ticket", keep="first", maintain_order=True)
    seen = once_a_day(
        history.filter(of_champion)
        .join(unseen.select("ticket"), on="ticket", how="semi")
        .unique("conversation", keep="first", maintain_order=True),
        "day",
    )
    # when it was told is known of the draft that was seen
    unseen = unseen.drop("told", "day").join(seen.select("ticket", "told", "day"), on="ticket")
    sides = [seen.with_columns(pl.lit(False).alias("challengers")),
             unseen.with_columns(pl.lit(True).alias("challengers"))]  # fmt: skip
    return Sides(pl.concat(sides, how="diagonal").with_columns(pl.lit(False).alias("fell")), 0)


Values = tuple[list[Sided], tuple[float | None, float | None]]
"""A series, and the champion's mean and the challenger's."""


def contests(mode: Mode, drafts: "pl.DataFrame", until: date) -> list[Contest]:
    """All of CONTESTS of a mode, up to and with the day `until`; `drafts` are of Sides."""
    found = _of_split(drafts, until) if mode == "split" else _of_shadow(drafts, until)
    return [
        Contest(f"{mode} {name}", kind, found[name][0], (mode, name) == ONE_WAY, found[name][1])
        for name, (kind, _) in CONTESTS[mode].items()
    ]


def _of_split(drafts: "pl.DataFrame", until: date) -> dict[str, Values]:
    import polars as pl

    made = drafts.filter(pl.col("day") <= until)
    once = once_a_day(made, "day").sort("day", maintain_order=True)
    wrote = once.filter(~pl.col("fell"))
    told = once_a_day(judged(drafts, until), "told")
    edited = told.filter(pl.col("edits").is_not_null())
    return {
        "acceptance": _sided(told, "told", "agent", told["action"] != "accepted"),
        "edits": _sided(edited, "told", "agent", edited["edits"]),
        "abstention": _sided(once, "day", None, once["held"]),
        "findings": _sided(wrote, "day", None, wrote["rules"].list.len() > 0),
        "seconds": _paired(_medians(made)),
    }


def judged(drafts: "pl.DataFrame", until: date) -> "pl.DataFrame":
    """Those that were shown and told of, by the day on which they were told."""
    import polars as pl

    shown = pl.col("action").is_not_null() & ~pl.col("held") & ~pl.col("fell")
    return drafts.filter(shown & (pl.col("told") <= until)).sort("told", "at", "draft_id")


def _of_shadow(drafts: "pl.DataFrame", until: date) -> dict[str, Values]:
    import polars as pl

    values = drafts.with_columns(
        pl.col("held").cast(float), (pl.col("rules").list.len() > 0).cast(float)
    ).sort("challengers")
    pairs = values.filter(pl.col("day") <= until).sort("day", maintain_order=True)
    shown = pl.col("held").max().over("ticket") == 0
    sent = values.filter(
        pl.col("apart").is_not_null() & (pl.col("told") <= until) & shown
    ).sort("told", maintain_order=True)  # fmt: skip
    return {
        "abstention": _paired(_beside(pairs, "day", "held")),
        "findings": _paired(_beside(pairs, "day", "rules")),
        "edits": _paired(_beside(sent, "told", "apart")),
    }


def _beside(drafts: "pl.DataFrame", day: str, value: str) -> "pl.DataFrame":
    """A row for each ticket: its day, and the value of both."""
    import polars as pl

    by_ticket = drafts.group_by("ticket", maintain_order=True).agg(
        pl.col(day).first().alias("day"),
        pl.col(value).filter(~pl.col("challengers")).first().alias("champion"),
        pl.col(value).filter(pl.col("challengers")).first().alias("challenger"),
    )
    return by_ticket.drop_nulls()


def _medians(drafts: "pl.DataFrame") -> "pl.DataFrame":
    """A row for each day on which both drafted: the median seconds of both."""
    import polars as pl

    return (
        drafts.group_by("day")
        .agg(
            pl.col("seconds").filter(~pl.col("challengers")).median().alias("champion"),
            pl.col("seconds").filter(pl.col("challengers")).median().alias("challenger"),
        )
        .drop_nulls()
        .sort("day")
    )


def _paired(pairs: "pl.DataFrame") -> Values:
    apart = pairs["challenger"] - pairs["champion"]
    values = [Sided(day, None, float(x)) for day, x in zip(pairs["day"], apart, strict=True)]
    return values, (_mean(pairs["champion"]), _mean(pairs["challenger"]))


def _sided(drafts: "pl.DataFrame", day: str, stratum: str | None, numbers: "pl.Series") -> Values:
    strata = drafts[stratum] if stratum else [None] * drafts.height
    own = drafts["challengers"]
    rows = zip(drafts[day], strata, numbers, own, strict=True)
    values = [Sided(day, stratum, float(x), challengers) for day, stratum, x, challengers in rows]
    return values, (_mean(numbers.filter(~own)), _mean(numbers.filter(own)))


def _mean(numbers: "pl.Series") -> float | None:
    return float(numbers.cast(float).mean()) if len(numbers) else None  # type: ignore[arg-type]
