"""Plain figures of drafts, by version, topic, day and week; no test is made of them."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

NO_TOPIC = "no topic"


def figures(history: "pl.DataFrame") -> dict[str, dict[str, Any]]:
    """{version: {"all": cell, "topics": {topic: cell}, "days": {day: cell}, "weeks": …}}.

    Shadow drafts, which no agent sees, are left out. A week is named by its Monday.
    """
    import polars as pl

    from desk.store.roles import SHADOW

    seen = history.filter(pl.col("role") != SHADOW).with_columns(
        pl.col("topic").fill_null(NO_TOPIC), pl.col("day").dt.truncate("1w").alias("week")
    )
    found: dict[str, dict[str, Any]] = {}
    for version in seen["version"].unique(maintain_order=True):
        own = seen.filter(pl.col("version") == version)
        found[version] = {"all": cell(own)}
        for key, column in (("topics", "topic"), ("days", "day"), ("weeks", "week")):
            found[version][key] = {
                str(group[0]): cell(rows) for group, rows in own.sort(column).group_by(
                    column, maintain_order=True
                )
            }  # fmt: skip
    return found


def cell(drafts: "pl.DataFrame") -> dict[str, Any]:
    """Shares are of the drafts that they can be known of; null where that is none."""
    import polars as pl

    told = drafts.filter(pl.col("action").is_not_null() & ~pl.col("held"))
    rules = drafts["rules"].explode().drop_nulls().value_counts(sort=True)
    return {
        "drafts": drafts.height,
        "told": told.height,
        "accepted": (told["action"] == "accepted").mean(),
        "edits": told["edits"].mean(),
        "abstained": drafts["held"].mean(),
        "found": (drafts["rules"].list.len() > 0).mean(),
        "findings": {row["rules"]: row["count"] for row in rules.iter_rows(named=True)},
        "p50_seconds": drafts["seconds"].quantile(0.5, "linear"),
        "p95_seconds": drafts["seconds"].quantile(0.95, "linear"),
        "cost_usd": drafts["cost_usd"].sum(),
    }
