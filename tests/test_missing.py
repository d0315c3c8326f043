"""Facts that agents state and no policy holds: planted ones come up, written ones do not."""

from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from tasks.missing import Gap, gaps, unwritten
from tests.factories import policy, policy_table, retrieved, retrieved_table
from tests.toy_embedder import WordHashes

FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC)


def found(rows: list[dict[str, Any]], policies: list[dict[str, Any]]) -> list[Gap]:
    statements = unwritten(retrieved_table(rows), policy_table(policies), 0.65)
    return gaps(statements, WordHashes(), 0.6)


def replies(*texts: str, **fields: Any) -> list[dict[str, Any]]:
    return [retrieved(n, reply=text, **fields) for n, text in enumerate(texts, start=1)]


def test_what_no_policy_says_comes_up_by_the_tickets_that_it_touches() -> None:
    pickup = "Hello! A courier picks it up for 7 euros. Bye!"
    rows = replies(
        pickup, pickup, "The courier picks it up for €7.", "You have 30 days.", "Wait 3 weeks."
    )
    first, second = found(rows, [policy()])
    assert first.tickets == ("T-1", "T-2", "T-3")
    assert first.sentence == "A courier picks it up for 7 euros."
    assert (second.said, second.tickets) == ("3 weeks", ("T-5",))


def test_one_figure_in_sentences_about_different_things_is_two_gaps() -> None:
    rows = replies("A courier picks the parcel up for 7 euros.", "Gift wrapping costs you €7 more.")
    assert [gap.tickets for gap in found(rows, [])] == [("T-1",), ("T-2",)]


def test_what_the_customer_said_is_no_missing_knowledge() -> None:
    rows = replies("Your 7 euros are on their way.", question="I paid 7 euros too much.")
    assert found(rows, []) == []


def test_only_the_policy_of_the_tickets_day_counts() -> None:
    old = policy(text="A pickup costs 7 euros.", effective_to=FEBRUARY)
    before, after = (
        replies("A pickup costs 7 euros.", created_at=day)
        for day in (datetime(2026, 1, 9, tzinfo=UTC), datetime(2026, 2, 9, tzinfo=UTC))
    )
    assert found(before, [old]) == []
    assert [gap.said for gap in found(after, [old])] == ["7 euros"]


def test_a_figure_of_another_policy_holds_nothing() -> None:
    shelf = [
        policy("returns", text="# Returns\n\nAn opened tent can come back within 14 days."),
        policy("refunds", text="# Refunds\n\nMoney paid by instalments is refunded by your bank."),
    ]
    rows = replies(
        "Money paid by instalments is refunded within 14 days.", question="When?", subject=None
    )
    assert [gap.said for gap in found(rows, shelf)] == ["14 days"]
    assert unwritten(retrieved_table(rows), policy_table(shelf), 0) == []


def sample_policies() -> pl.DataFrame:
    """The sample company's documents, each with the days it is in force."""
    rows = []
    for path in sorted(Path("data/sample/policies").glob("*.md")):
        _, head, text = path.read_text(encoding="utf-8").split("---\n", 2)
        fields = yaml.safe_load(head)
        days = {
            end: datetime.combine(fields[end], time(), UTC) if fields.get(end) else None
            for end in ("effective_from", "effective_to")
        }
        rows.append(policy(fields["doc_id"], text=text, url=fields["url"], **days))
    return policy_table(rows)


def sample_tickets() -> pl.DataFrame:
    """Its tickets on instalments, with what the agents said."""
    table = pl.read_csv("data/sample/tickets.csv", infer_schema=False)
    table = table.filter(
        (pl.col("cites") == "refunds#instalments")
        & pl.col("created_at").str.contains(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")
    )
    rows = [
        retrieved(
            number,
            created_at=datetime.fromisoformat(row["created_at"][:19]).replace(tzinfo=UTC),
            question=row["message"] or "",
            reply=row["reply"] or "",
        )
        for number, row in enumerate(table.iter_rows(named=True))
    ]
    return retrieved_table(rows)


def test_a_clause_deleted_from_the_sample_companys_policies_comes_up() -> None:
    policies, tickets = sample_policies(), sample_tickets()
    assert unwritten(tickets, policies, 0.65) == []
    section = r"(?s)## Instalments.*?(\n## |\z)"
    cut = policies.with_columns(pl.col("text").str.replace(section, "$1"))
    after = gaps(unwritten(tickets, cut, 0.65), WordHashes(), 0.6)
    told = {number for gap in after for number in gap.tickets}
    # a figure that another policy happens to state is not missed
    assert len(told) > tickets.height / 4, tickets.height
    assert after[0].kind == "duration"
    assert "instalments" in after[0].sentence.lower()
    assert len(after[0].tickets) >= len(after[-1].tickets)
