"""Read what ingest made, set bad rows aside, judge the whole, write what is left."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from drafter.errors import ValidationFailed
from drafter.progress import progress
from drafter.records import POLICY, REJECTED, TICKET
from drafter.tables import open_table, read_batches, read_table, write_json, write_table, write_text
from tasks.paths import Paths
from tasks.validate.docs import render
from tasks.validate.facts import Tally, policy_facts, ticket_facts, together_facts
from tasks.validate.findings import policy_reasons, rejected, ticket_reasons, with_reason
from tasks.validate.hidden import as_shown
from tasks.validate.params import Params, ValidateParams
from tasks.validate.suites import Verdict, check

ROWS_PER_BATCH = 50_000
# What makes a row the same as another.
TICKET_IS = ("ticket_id",)
POLICY_IS = ("doc_id", "locale", "effective_from", "effective_to")
# What the facts about kept rows are made from; their texts are never in memory at once.
TICKET_FACTS = ("ticket_id", "created_at", "customer", "locale", "cites")
POLICY_FACTS = ("doc_id", "locale", "effective_from", "effective_to", "url", "hid", "commands")


def run(params: Params, paths: Paths) -> None:
    """Write the kept rows, the quarantine, the report and the Data Docs.

    Raises ValidationFailed where a critical expectation is missed: no kept row is then written.
    """
    values = params.validate_
    ingested = read_table(paths.ingest_quarantine, REJECTED)
    with (
        open_table(paths.validated_tickets, TICKET) as keep_ticket,
        open_table(paths.validated_policies, POLICY) as keep_policy,
    ):
        tickets, known, bad_tickets = sift(
            paths.tickets, TICKET, TICKET_IS, ticket_reasons(values), TICKET_FACTS, keep_ticket
        )
        policies, known_policies, bad_policies = sift(
            *(paths.policies, POLICY, POLICY_IS, policy_reasons(values), POLICY_FACTS, keep_policy),
            prepare=as_shown,
        )
        quarantine = pl.concat([ingested, bad_tickets, bad_policies])
        write_table(paths.quarantine, quarantine, REJECTED)
        verdicts, results = judge(values, tickets, known, policies, known_policies)
        missed = [verdict for verdict in verdicts if not verdict.success]
        write_json(paths.report("validation.json"), report(tickets, policies, ingested, verdicts))
        for name, page in render(results).items():
            write_text(paths.report("validation") / name, page)
        for verdict in missed:
            if verdict.severity == "warning":
                print(f"validate: warning: {verdict.line}", file=sys.stderr)
        refuse(missed, tickets, ingested)


def judge(
    params: ValidateParams,
    tickets: Tally,
    kept: pl.DataFrame,
    policies: Tally,
    kept_policies: pl.DataFrame,
) -> tuple[list[Verdict], dict[str, Any]]:
    """Every expectation's verdict, and Great Expectations' result for each suite."""
    verdicts, results = [], {}
    for name, expectations, facts in (
        ("tickets", params.tickets, ticket_facts(tickets, kept)),
        ("policies", params.policies, policy_facts(policies, kept_policies)),
        ("together", params.together, together_facts(kept, kept_policies)),
    ):
        judged, results[name] = check(name, expectations, facts)
        verdicts += judged
    return verdicts, results


def report(
    tickets: Tally, policies: Tally, ingested: pl.DataFrame, verdicts: list[Verdict]
) -> dict[str, Any]:
    """What reports/validation.json holds; the figures at the top are the tickets'."""
    missed = [verdict for verdict in verdicts if not verdict.success]
    return {
        **_counts(tickets),
        "policies": _counts(policies),
        "ingest": {"quarantined": len(ingested), "by_reason": _by_reason(_words(ingested))},
        "warnings": [verdict.line for verdict in missed if verdict.severity == "warning"],
        "expectations": [verdict.as_json() for verdict in verdicts],
    }


def refuse(missed: list[Verdict], tickets: Tally, ingested: pl.DataFrame) -> None:
    """Raise ValidationFailed if what was missed is critical, in one line."""
    critical = [verdict for verdict in missed if verdict.severity == "critical"]
    if not critical:
        return
    # The worst first: what leaves no rows says more than a share of them.
    critical.sort(key=lambda verdict: verdict.name not in ("rows_in", "kept"))
    more = f", and {len(critical) - 1} more" if len(critical) > 1 else ""
    reasons = Counter(tickets.by_reason) + Counter(_words(ingested))
    why = ", ".join(f"{reason} {count:,}" for reason, count in reasons.most_common(5))
    raise ValidationFailed(
        f"{critical[0].line}{more}; set aside: {why or 'nothing'}; see data/quarantine.parquet and "
        f"reports/validation.json, and mend the export or change validate.{critical[0].suite}"
        f".{critical[0].name} in params.yaml"
    )


def sift(
    path: Path,
    schema: pl.Schema,
    identity: tuple[str, ...],
    reasons: dict[str, pl.Expr],
    facts: tuple[str, ...],
    keep: Callable[[pl.DataFrame], None],
    prepare: Callable[[pl.DataFrame], pl.DataFrame] = lambda batch: batch,
) -> tuple[Tally, pl.DataFrame, pl.DataFrame]:
    """Hand good rows to `keep`, batch by batch; give the tally, their `facts`, the REJECTED rows.

    The first of `identity` is the row's id. `prepare` may change texts and add columns to know.
    """
    tally, known, bad = Tally(), [], []
    duplicates = _duplicates(path, identity)
    for batch in _numbered(path, schema):
        batch = batch.join(duplicates, on="number", how="left", maintain_order="left")
        judged = with_reason(prepare(batch), reasons)
        bad.append(rejected(judged, identity[0]))
        tally.add(len(judged), bad[-1])
        kept = judged.filter(pl.col("reason").is_null())
        keep(kept.select(list(schema)))
        known.append(kept.select(facts))
    return (
        tally,
        pl.concat(known) if known else prepare(pl.DataFrame(schema=schema)).select(facts),
        pl.concat(bad) if bad else pl.DataFrame(schema=REJECTED),
    )


def _numbered(path: Path, schema: pl.Schema) -> Iterator[pl.DataFrame]:
    """Batches with the column `number`: the row, counted over the whole table."""
    import pyarrow.parquet as pq

    begun = 0
    total = pq.read_metadata(path).num_rows if path.is_file() else 0
    with progress(f"validate {path.stem}", total) as advance:
        for batch in read_batches(path, schema, ROWS_PER_BATCH):
            yield batch.with_columns(
                number=pl.int_range(begun, begun + len(batch), dtype=pl.UInt32, eager=True)
            )
            begun += len(batch)
            advance(len(batch))


def _duplicates(path: Path, identity: tuple[str, ...]) -> pl.DataFrame:
    """Rows that repeat the identity of an earlier one: `number` and `duplicate_of`, its source."""
    if not path.is_file():
        return pl.DataFrame(schema={"number": pl.UInt32, "duplicate_of": pl.String})
    keys = (
        pl.scan_parquet(path)
        .select(*identity, "source")
        .with_row_index("number")
        .filter(pl.col(identity[0]).is_not_null())
        .collect()
    )
    return (
        keys.filter(pl.struct(identity).is_duplicated())
        .with_columns(duplicate_of=pl.col("source").first().over(identity))
        .filter(~pl.struct(identity).is_first_distinct())
        .select(
            pl.col("number").cast(pl.UInt32), pl.col("duplicate_of").fill_null("an earlier row")
        )
    )


def _counts(tally: Tally) -> dict[str, Any]:
    return {
        "rows_in": tally.rows_in,
        "kept": tally.kept,
        "quarantined": tally.quarantined,
        "by_reason": _by_reason(tally.by_reason),
    }


def _words(rows: pl.DataFrame) -> dict[str, int]:
    """How often each reason's first word stands in REJECTED rows."""
    words = rows.select(word=pl.col("reason").str.extract(r"^([^\s:]+)"))
    return dict(words.group_by("word").len().iter_rows())


def _by_reason(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))
