"""reports/curation.json: what came in, what went and why, and the leakage certificate."""

from typing import Any

import polars as pl

from tasks.curate.leakage import Leakage
from tasks.paths import SPLITS


def report(
    decided: pl.DataFrame, leakage: Leakage, limit: float, pseudonyms: dict[str, int]
) -> dict[str, Any]:
    """The report of a run; `decided` has a row for each ticket that came in."""
    kept = decided.filter(pl.col("reason").is_null())
    return {
        "rows_in": len(decided),
        "kept": len(kept),
        "dropped": dropped(decided),
        "splits": {split: int((kept["split"] == split).sum()) for split in SPLITS},
        "holdout_from": str(kept.filter(pl.col("split") == "holdout")["created_at"].min()),
        "groups": kept["group"].n_unique(),
        "macros": macros(kept),
        "pseudonyms": pseudonyms,
        "leakage": {
            "max_similarity": round(leakage.max_similarity, 4),
            "limit": limit,
            "between": leakage.between,
            "shared_customers": len(leakage.shared_customers),
            "shared_threads": len(leakage.shared_threads),
            "pairs_checked": leakage.pairs_checked,
        },
    }


def dropped(decided: pl.DataFrame) -> dict[str, int]:
    """How many rows went for each reason, without the row that a reason names."""
    kind = pl.col("reason").str.extract(r"^(\S+)")
    counts = decided.drop_nulls("reason").group_by(kind.alias("kind")).len().sort("kind")
    return dict(counts.iter_rows())


def macros(kept: pl.DataFrame) -> dict[str, Any]:
    """How much of each split is saved replies, and how much of the holdout train has seen."""
    shares = {split: _share(kept.filter(pl.col("split") == split), "is_macro") for split in SPLITS}
    trained = kept.filter((pl.col("split") == "train") & pl.col("is_macro"))["reply"].unique()
    holdout = kept.filter(pl.col("split") == "holdout").with_columns(
        seen=pl.col("is_macro") & pl.col("reply").is_in(trained.to_list())
    )
    return {
        "distinct": kept.filter("is_macro")["reply"].n_unique(),
        "share": shares,
        "holdout_seen_in_train": _share(holdout, "seen"),
    }


def _share(rows: pl.DataFrame, column: str) -> float:
    """The share of `rows` for which `column` holds; 0 of no rows."""
    return round(int(rows[column].sum()) / max(1, len(rows)), 4)
