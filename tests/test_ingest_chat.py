"""Conversations and saved datasets: a ticket for each reply to the customer."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from drafter.errors import BadInput
from tests.ingesting import COLUMNS, HOW, Ingested, write_lines

NINE = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)


TURNS = {"role": "role", "text": "content", "at": "at", "customer": ["user"], "agent": ["bot"]}


def said(*turns: str) -> list[dict[str, str]]:
    """ "user Hi" said at 10:00, the next turn an hour later."""
    return [
        {"role": turn.split()[0], "content": turn.split(" ", 1)[1], "at": f"2026-03-02 {10 + i}:00"}
        for i, turn in enumerate(turns)
    ]


def chat(path: str, **keys: Any) -> dict[str, Any]:
    columns = {"thread_id": "id", "messages": "messages", "customer": "who", "names": "who"}
    return {"kind": "chat", "path": path, **HOW, "turns": TURNS, "columns": columns} | keys


LONG = ("system Be nice", "user Hi", "bot Hello", "user A?", "user B?", "bot A", "bot B")
TIMELESS = [{"role": "user", "content": "Hi"}, {"role": "bot", "content": "Ho"}]
CONVERSATIONS = [
    {"id": "c-1", "who": "ann", "messages": said(*LONG)},
    {"id": "c-2", "who": "bo", "messages": said("bot Welcome", "user Hi", "bot Hello")},
    {"id": "c-3", "who": "cy", "messages": said("user Hi")},
    {"id": "c-4", "who": "di", "messages": []},
    {"id": "c-5", "who": "ed", "messages": TIMELESS},
]


def expect_conversations(got: Ingested) -> None:
    tickets = got.tickets.to_dicts()
    assert [(t["ticket_id"], t["thread_id"], t["reply"]) for t in tickets] == [
        ("c-1/1", "c-1", "Hello"),
        ("c-1/2", "c-1", "A\n\nB"),
        ("c-2/2", "c-2", "Hello"),
    ]
    assert [(m["role"], m["text"]) for m in tickets[1]["messages"]] == [
        ("customer", "Hi"),
        ("agent", "Hello"),
        ("customer", "A?"),
        ("customer", "B?"),
    ]
    assert tickets[1]["created_at"] == datetime(2026, 3, 2, 14, tzinfo=UTC)
    assert (tickets[1]["customer"], tickets[1]["names"]) == ("ann", ["ann"])
    assert dict(got.quarantine.select("row_id", "reason").iter_rows()) == {
        "c-2/1": "answers_no_customer",
        "c-3/1": "no_reply",
        "c-4/1": "no_messages",
        "c-5/1": "no_time",
    }


def test_a_conversation_gives_a_ticket_for_each_reply_to_the_customer(tmp_path: Path) -> None:
    write_lines(tmp_path / "chats.jsonl", CONVERSATIONS)
    got = Ingested(tmp_path, [chat("chats.jsonl")])
    expect_conversations(got)
    assert got.counts["tickets"]["rows_in"] == 7


def test_conversations_come_as_parquet_too(tmp_path: Path) -> None:
    at = pl.element().struct.field("at").str.to_datetime("%Y-%m-%d %H:%M", strict=False)
    frame = pl.DataFrame(CONVERSATIONS).with_columns(
        pl.col("messages").list.eval(
            pl.struct(pl.element().struct.field("role", "content"), at.alias("at"))
        )
    )
    frame.write_parquet(tmp_path / "chats.parquet")
    expect_conversations(Ingested(tmp_path, [chat("chats.parquet")]))


def test_a_csv_is_no_chat_log(tmp_path: Path) -> None:
    (tmp_path / "chats.csv").write_text("id,who,messages\n1,ann,[]\n")
    with pytest.raises(BadInput, match="come as JSONL or Parquet, not as CSV"):
        Ingested(tmp_path, [chat("chats.csv")])


def dataset(folder: str, columns: dict[str, Any], **keys: Any) -> dict[str, Any]:
    how = {"name": None, "revision": None, "split": "train", "time_format": "auto"}
    more = {"list_separator": ";", "leave_out": {}, "turns": None, "columns": columns}
    return {"kind": "huggingface", "dataset": folder, **how, **more} | keys


def test_a_saved_dataset_is_read_as_rows_and_as_conversations(tmp_path: Path) -> None:
    import datasets

    rows = [
        {"id": f"T-{i}", "at": NINE, "question": "Where?", "answer": "There."} for i in range(3)
    ]
    whole = datasets.DatasetDict({"train": datasets.Dataset.from_list(rows)})
    whole.save_to_disk(tmp_path / "rows")
    got = Ingested(tmp_path, [dataset("rows", COLUMNS)])
    assert got.tickets.select("ticket_id", "created_at", "source").rows() == [
        (f"T-{i}", NINE, f"rows/train:{i + 1}") for i in range(3)
    ]
    with pytest.raises(BadInput, match="has no split 'test', it has train"):
        Ingested(tmp_path, [dataset("rows", COLUMNS, split="test")])

    datasets.Dataset.from_list(CONVERSATIONS).save_to_disk(tmp_path / "chats")
    columns = {"thread_id": "id", "messages": "messages", "customer": "who", "names": "who"}
    expect_conversations(Ingested(tmp_path, [dataset("chats", columns, turns=TURNS)]))


def test_a_hub_that_does_not_answer_is_one_line_and_no_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(BadInput, match=r"is on the hub and 127\.0\.0\.1 does not answer: connect"):
        Ingested(tmp_path, [dataset("somebody/tickets", COLUMNS)])
