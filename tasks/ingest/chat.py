"""Conversations become tickets: one for each agent reply that answers a customer.

    {"id": "c-7", "messages": [{"role": "user", "content": "Hi, ..."},
                               {"role": "assistant", "content": "Hello, ..."}, ...]}

Ticket "c-7/2" is the agent's second reply; its messages are all that was said before. Messages of
the agent in a row are one reply. What a row counts for is its replies, or one where it has none:

    no_messages           the list is missing or empty, or no list of messages
    no_reply              the agent never speaks
    answers_no_customer   the agent speaks before the customer did
    no_time, nul_byte, left_out   as for a table
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import polars as pl

from drafter.errors import BadInput
from drafter.records import REJECTED, TICKET
from tasks.ingest.batches import ROW, BadRow
from tasks.ingest.fields import columns_of, left_out, take_fields
from tasks.ingest.jsonl_file import Lines, as_text
from tasks.ingest.output import Sink
from tasks.ingest.params import Chat, HuggingFace, Turns
from tasks.ingest.readers import open_source
from tasks.ingest.tickets import complete, reject_unread
from tasks.ingest.times import read_times

Said = dict[str, Any]
"""{"role": "customer" or "agent", "text": ..., "at": None or an instant}"""


@runtime_checkable
class Objects(Protocol):
    """A reader that keeps lists and objects as they are."""

    def objects(self) -> Iterator[tuple[Lines, list[BadRow], int]]: ...


def read_chat(source: Chat, root: Path, watch: str, sink: Sink) -> None:
    """Every file of the source, in name order. Raises BadInput for a CSV, which holds no lists."""
    opened = open_source(source, source.columns, ("messages",), sink.count, root, watch)
    sink.reject(opened.rejected())
    for reader, label in opened.readers:
        if not isinstance(reader, Objects):
            raise BadInput(f"{label}: conversations come as JSONL or Parquet, not as CSV")
        read_conversations(source, source.turns, reader, label, sink)


def read_conversations(
    source: Chat | HuggingFace, turns: Turns, reader: Objects, label: str, sink: Sink
) -> None:
    """The conversations of one file into the sink."""
    for lines, bad, size in reader.objects():
        sink.advance(size)
        if bad:
            sink.reject(reject_unread(bad, label))
        if lines:
            records, rejected = build_conversations(source, turns, lines, label)
            sink.keep(records)
            sink.reject(rejected)


def build_conversations(
    source: Chat | HuggingFace, turns: Turns, lines: Lines, label: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """TICKET records and REJECTED rows of some conversations."""
    about = {field: theirs for field, theirs in source.columns.items() if field != "messages"}
    if "thread_id" in about:
        about["ticket_id"] = about["thread_id"]
    names = {*columns_of(about), *source.leave_out}
    raw = pl.DataFrame(
        {ROW: [row for row, _ in lines]}
        | {name: [as_text(value.get(name)) for _, value in lines] for name in sorted(names)},
        schema={ROW: pl.Int64, **dict.fromkeys(sorted(names), pl.String)},
    )
    fields = complete(
        take_fields(raw, about, source.time_format, source.list_separator), label
    ).with_columns(left_out(raw, source.leave_out))
    if "created_at" not in fields.columns:
        fields = fields.with_columns(created_at=pl.lit(None, TICKET["created_at"]))

    records: list[dict[str, Any]] = []
    rejected: list[tuple[str, str, str, str]] = []
    keys = columns_of({"messages": source.columns["messages"]})
    written = [
        next((value[key] for key in keys if value.get(key) is not None), None) for _, value in lines
    ]
    threads = read_turns(written, turns, source.time_format)
    for said, about_it in zip(threads, fields.iter_rows(named=True), strict=True):
        for number, (before, reply, why) in enumerate(replies(said), start=1):
            thread = about_it["thread_id"]
            ticket_id = f"{thread}/{number}"
            asked = [one["at"] for one in before if one["role"] == "customer"]
            at = (asked[-1] if asked else None) or about_it["created_at"]
            if about_it["left_out"] is not None:
                why = f"left_out {about_it['left_out']}"
            elif why is None and at is None:
                why = "no_time"
            elif why is None and any("\0" in one["text"] for one in said):
                why = "nul_byte"
            if why is not None:
                rejected.append((ticket_id, about_it["source"], "ingest", why))
                continue
            outcome = {name: about_it[name] for name in ("csat", "solved", "votes")}
            records.append(
                {name: about_it.get(name) for name in TICKET}
                | {"ticket_id": ticket_id, "created_at": at, "messages": before}
                | {"reply": reply, "outcome": outcome}
            )
    return (
        pl.DataFrame(records, schema=TICKET),
        pl.DataFrame(rejected, schema=REJECTED, orient="row"),
    )


def read_turns(written: list[Any], turns: Turns, time_format: str) -> list[list[Said]]:
    """For each conversation what customer and agent say, in order; empty where that is nothing."""
    threads: list[list[Said]] = []
    for messages in written:
        said = [_said(one, turns) for one in messages] if isinstance(messages, list) else []
        threads.append([one for one in said if one is not None])
    texts = pl.Series([one["at"] for said in threads for one in said], dtype=pl.String)
    times = iter(read_times(texts, time_format))
    return [[one | {"at": next(times)} for one in said] for said in threads]


def _said(one: Any, turns: Turns) -> Said | None:
    """One message, its time as text; None where it has no text or is another role's."""
    if not isinstance(one, dict):
        return None
    word, text = one.get(turns.role), one.get(turns.text)
    role = "customer" if word in turns.customer else "agent" if word in turns.agent else None
    if role is None or not isinstance(text, str) or not text.strip():
        return None
    at = as_text(one.get(turns.at)) if turns.at is not None else None
    return {"role": role, "text": text, "at": at}


def replies(said: list[Said]) -> Iterator[tuple[list[Said], str, str | None]]:
    """What stood before, the reply, and why it is no ticket if it isn't; one at least."""
    if not said:
        yield [], "", "no_messages"
        return
    starts = [
        i
        for i, one in enumerate(said)
        if one["role"] == "agent" and (i == 0 or said[i - 1]["role"] == "customer")
    ]
    if not starts:
        yield said, "", "no_reply"
    for start in starts:
        end = start
        while end < len(said) and said[end]["role"] == "agent":
            end += 1
        reply = "\n\n".join(one["text"] for one in said[start:end])
        yield said[:start], reply, None if start else "answers_no_customer"
