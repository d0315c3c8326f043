"""A decision as decide writes it, small and made by hand; and the root of a finished evaluation."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from drafter.records import CURATED, DRAFT, POLICY, RETRIEVED
from drafter.tables import write_json, write_table
from tasks.decide.params import Params
from tasks.decide.prices import Prices
from tasks.paths import Paths
from tests.factories import curated_table, policy, policy_table, retrieved, retrieved_table

DAY = datetime(2026, 2, 1, 9, tzinfo=UTC)
PRICES = {
    "as_of": "2026-03-01", "cpu_hour": 0.36, "gpu_hour": 3.6, "utilisation": 0.5,
    "agent_minute": 0.6, "words_read": 200, "words_typed": 20, "accepted_accuracy": 0.8,
}  # fmt: skip
MISSING = {
    "embedder": "minilm", "embedder_sha256": None, "near": 0.65, "similarity": 0.6, "shown": 10,
}  # fmt: skip
DIMENSIONS = {
    "accuracy": {"column": "accuracy", "margin": 0.5},
    "compliance": {"column": "compliance", "margin": 0.5},
    "latency": {"column": "seconds", "margin": 1.0},
    "cost": {"column": "cost_usd", "margin": 0.005},
    "abstention": {"column": "abstained", "margin": 0.5},
}


def prices(**fields: Any) -> Prices:
    return Prices.model_validate(PRICES | fields)


def params(names: list[str], **decide: Any) -> Params:
    """Of the stage, with `names` as candidates, the first of them champion."""
    candidate = {"generator": "local", "model": "models/base", "tickets": "t.parquet"}
    limits = {"max_p95_seconds": 20, "max_usd_per_1000": 50, "min_compliance": 0.5}
    plain = {
        "champion": names[0], "primary": "accuracy", "effect": 0.1, "alpha": 0.05, "power": 0.8,
        "resamples": 200, "permutations": 999, "dimensions": DIMENSIONS, "constraints": limits,
        "slices": ["topic", "locale", "channel", "length", "policy_change", "macro"],
        "largest_slices": 12, "small_slice": 30, "differing": 3, "missing": MISSING,
    }  # fmt: skip
    return Params.from_values(
        {"decide": plain | decide, "seed": 7, "prices": PRICES, "hosted": {}}
        | {"candidates": dict.fromkeys(names, candidate)}
    )


def evaluated(root: Path, names: list[str], hosted: tuple[str, ...] = (), n: int = 24) -> Paths:
    """A root as `evaluate` leaves it. The last candidate is right, all others never are.

    The policy says 14 days; every reply also states a courier's 7 euros, which nobody wrote down.
    """
    paths = Paths(root)
    write_table(paths.validated_policies, policy_table([policy(text="You have 14 days.")]), POLICY)
    chunk = {"chunk_id": "returns#1", "doc_id": "returns", "title": "Returns", "clause": "Time > 1",
             "text": "You have 14 days.", "url": "https://help.example/returns"}  # fmt: skip
    rows = [
        retrieved(
            number,
            created_at=DAY,
            topic=("returns", "refunds")[number % 2],
            question="How long do I have for <script>alert(1)</script>?",
            reply="You have 14 days to send it back. The courier takes 7 euros for a pickup.",
            chunks=[chunk],
        )
        for number in range(n)
    ]
    for split, table in (("holdout", rows), ("val", rows[:1])):
        write_table(paths.retrieved(split), retrieved_table(table), RETRIEVED)
    plain = [{key: row[key] for key in CURATED} for row in rows]
    write_table(paths.curated("holdout"), curated_table(plain), CURATED)
    scores = []
    for place, name in enumerate(names):
        right = place == len(names) - 1
        cost = 0.002 if name in hosted else 0.0
        draft = {"candidate": name, "citations": ["returns#1"] if right else [], "tokens_in": 9,
                 "tokens_out": 9, "cost_usd": cost}  # fmt: skip
        drafts = []
        for number, row in enumerate(rows):
            held = number == 1 and not right
            text = "You have 14 days." if right else f"You <b>have</b> {30 + place} days."
            drafts.append(
                draft
                | {"ticket_id": row["ticket_id"], "text": text, "abstained": held}
                | {"reason": "no_policy" if held else None, "confidence": float(number)}
            )
            scores.append(
                {key: drafts[-1][key] for key in ("ticket_id", "candidate", "cost_usd",
                                                  "abstained", "reason", "confidence")}
                | {"accuracy": float(right), "compliance": float(right or number % 2)}
                | {"group": row["group"]}
                | {"question_chars": number, "after_change": bool(number % 2), "is_macro": False}
            )  # fmt: skip
        write_table(paths.drafts(name), pl.DataFrame(drafts, schema=DRAFT), DRAFT)
        timed = [row["ticket_id"] for row in rows[:9]]
        timing: dict[str, Any] = {"ticket_ids": timed, "seconds": [0.2 for _ in timed]}
        if name not in hosted:
            timing |= {"drafts_per_second": 2.0, "device": "cpu"}
        write_json(paths.timings(name), timing)
    table = pl.DataFrame(scores, schema_overrides={"reason": pl.String})
    write_table(paths.scores, table, table.schema)
    return paths


def with_texts(paths: Paths, holdout: list[dict[str, Any]], names: list[str]) -> None:
    """What the report reads beside the scores: no policy, no clauses, one draft for all tickets."""
    write_table(paths.validated_policies, policy_table([]), POLICY)
    # without a fact in any reply no model is loaded to tell sentences apart
    rows = [row | {"chunks": [], "reply": "Thank you."} for row in holdout]
    for split, table in (("holdout", rows), ("val", rows[:0])):
        write_table(paths.retrieved(split), retrieved_table(table), RETRIEVED)
    for name in names:
        draft = {"candidate": name, "text": "Thank you.", "citations": [], "tokens_in": 1,
                 "tokens_out": 1, "cost_usd": 0.0, "abstained": False, "reason": None,
                 "confidence": None}  # fmt: skip
        drafts = [draft | {"ticket_id": row["ticket_id"]} for row in holdout]
        write_table(paths.drafts(name), pl.DataFrame(drafts, schema=DRAFT), DRAFT)
