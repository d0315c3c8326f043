"""Parquet to verdict, ten expectations: `python -m benchmarks.verdict --side ours --rows 200000`.

The same table of tickets, one row in fifty bad in one of seven ways, and the same ten expectations.

    ours   bad rows found in Polars batch by batch; Great Expectations judges the counts
    gx     Great Expectations on pandas over the rows themselves, without row ids

`unexpected` counts the bad rows for each expectation: both sides must find the same.
"""

import argparse
import hashlib
import json
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROWS = 200_000
MOST_CHARACTERS = 20_000
FIRST, LAST = datetime(1995, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)
# What is asked, and the fact of ours that answers it.
EXPECTATIONS = (
    "rows_in",
    "kept",
    "no_ticket_id",
    "duplicate_ticket_id",
    "no_question",
    "no_reply",
    "impossible_time",
    "out_of_order",
    "unknown_role",
    "too_long",
)


def make(path: Path, rows: int) -> None:
    """Write `rows` tickets; every bad row is bad in one way, so that counts can be compared."""
    import polars as pl

    from drafter.records import TICKET
    from drafter.tables import write_table

    begin = datetime(2026, 1, 1, tzinfo=UTC)
    table = []
    for n in range(rows):
        at = begin + timedelta(minutes=n)
        digest = hashlib.sha256(str(n).encode()).hexdigest()
        words = f"My parcel {digest[:12]} has not come, and nobody could tell me why. " * (
            2 + int(digest[0], 16) // 3
        )
        kind = n // 50 % 8 if n % 50 == 7 else 0
        message = {"role": "robot" if kind == 1 else "customer", "text": words, "at": at}
        table.append(
            {
                "ticket_id": "" if kind == 2 else f"T-{n - 1 if kind == 3 else n}",
                "thread_id": f"T-{n}",
                "created_at": datetime(1970, 1, 1, tzinfo=UTC) if kind == 4 else at,
                "customer": f"C-{n % 9973}",
                "messages": [message | {"text": "  "}] if kind == 5 else [message],
                "reply": {6: " \n", 7: "x" * (MOST_CHARACTERS + 1)}.get(kind, words[::-1]),
                "source": f"made.csv:{n}",
            }
        )
    write_table(path, pl.DataFrame(table, schema=TICKET), TICKET)


def ours(path: Path) -> dict[str, int]:
    from drafter.records import TICKET
    from tasks.validate.facts import ticket_facts
    from tasks.validate.findings import ticket_reasons
    from tasks.validate.params import TicketExpectations
    from tasks.validate.run import TICKET_FACTS, sift
    from tasks.validate.suites import check

    tally, kept, _ = sift(
        path, TICKET, ("ticket_id",), ticket_reasons(_rules()), TICKET_FACTS, lambda _: None
    )
    limits = {
        name: {"at_most": 1, "severity": "warning"} for name in TicketExpectations.model_fields
    }
    for name in ("rows_in", "kept", "customers"):
        limits[name] = {"at_least": 1, "severity": "critical"}
    check("tickets", TicketExpectations.from_values(limits), ticket_facts(tally, kept))
    return {"rows_in": tally.rows_in, "kept": tally.kept} | {
        name: tally.by_reason[name] for name in EXPECTATIONS[2:]
    }


def _rules() -> Any:
    from types import SimpleNamespace

    times = SimpleNamespace(first=FIRST, last=LAST)
    return SimpleNamespace(most_characters=MOST_CHARACTERS, placeholders=["n/a", "-"], times=times)


def gx(path: Path) -> dict[str, int]:
    """As its users write it: a column for each thing asked, value by value."""
    import great_expectations as gx
    import great_expectations.expectations as gxe
    import pandas as pd
    from great_expectations.data_context.types.base import ProgressBarsConfig

    frame = pd.read_parquet(path)
    # Nested messages are beyond it: what is asked of them becomes columns first.
    frame["question"] = [
        " ".join(m["text"] for m in rows if m["role"] != "agent") for rows in frame["messages"]
    ]
    frame["roles"] = [",".join(sorted({m["role"] for m in rows})) for rows in frame["messages"]]
    frame["latest"] = pd.to_datetime([max(m["at"] for m in rows) for rows in frame["messages"]])
    # Of what is bad in two ways ours counts the first; a time of 1970 is also before the message.
    frame.loc[frame["created_at"] < FIRST, "latest"] = pd.NaT
    frame["reply_length"] = frame["reply"].str.len()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    suite = context.suites.add(gx.ExpectationSuite(name="tickets"))
    wanted = {
        "rows_in": gxe.ExpectTableRowCountToBeBetween(min_value=1),
        "kept": gxe.ExpectColumnValuesToNotBeNull(column="thread_id"),
        "no_ticket_id": gxe.ExpectColumnValueLengthsToBeBetween(column="ticket_id", min_value=1),
        "duplicate_ticket_id": gxe.ExpectColumnValuesToBeUnique(column="ticket_id"),
        "no_question": gxe.ExpectColumnValuesToMatchRegex(column="question", regex=r"\S"),
        "no_reply": gxe.ExpectColumnValuesToMatchRegex(column="reply", regex=r"\S"),
        "impossible_time": gxe.ExpectColumnValuesToBeBetween(
            column="created_at", min_value=FIRST, max_value=LAST
        ),
        "out_of_order": gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="created_at",
            column_B="latest",
            or_equal=True,
            ignore_row_if="either_value_is_missing",
        ),
        "unknown_role": gxe.ExpectColumnValuesToBeInSet(
            column="roles", value_set=["customer", "agent", "agent,customer"]
        ),
        "too_long": gxe.ExpectColumnValuesToBeBetween(
            column="reply_length", max_value=MOST_CHARACTERS
        ),
    }
    for name, expectation in wanted.items():
        expectation.meta = {"name": name}
        suite.add_expectation(expectation)
    batch = (
        context.data_sources.add_pandas("tickets")
        .add_dataframe_asset("tickets")
        .add_batch_definition_whole_dataframe("all")
    )
    definition = gx.ValidationDefinition(data=batch, suite=suite, name="tickets")
    definition = context.validation_definitions.add(definition)
    result = definition.run(batch_parameters={"dataframe": frame}, result_format="BASIC")
    counts = {}
    for each in result.results:
        name = each.expectation_config.meta["name"]
        assert not each.exception_info.get("raised_exception"), each.exception_info
        counts[name] = each.result.get("unexpected_count", 0)
    # It marks both of two that are the same, and a missing id as the same as the next one.
    ids = frame["ticket_id"]
    counts["duplicate_ticket_id"] = int((ids.duplicated() & (ids != "")).sum())
    counts |= {"rows_in": len(frame)}
    counts["kept"] = len(frame) - sum(counts[name] for name in EXPECTATIONS[2:])
    return {name: int(counts[name]) for name in EXPECTATIONS}


SIDES = {"ours": ours, "gx": gx}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.verdict",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--side", choices=SIDES, required=True)
    parser.add_argument("--rows", type=int, default=ROWS, help=f"tickets ({ROWS})")
    arguments = parser.parse_args()

    from drafter.quiet import quiet_environment

    quiet_environment()
    work = SIDES[arguments.side]
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "small.parquet"), Path(folder, "tickets.parquet")
        make(small, 500)
        make(large, arguments.rows)
        work(small)  # imports, on either side
        began, began_cpu = time.perf_counter(), time.process_time()
        unexpected = work(large)
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - began_cpu
    told = {
        "side": arguments.side,
        "rows": arguments.rows,
        "seconds": round(seconds, 4),
        "cpu_seconds": round(cpu_seconds, 4),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "unexpected": unexpected,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
