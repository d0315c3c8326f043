"""The desk's snapshot as ingest reads it: first of all sources, and not there until it is made."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.ingesting import HOW, Ingested, table

DAY = "2026-03-02T09:15:00Z"
COLUMNS = {"ticket_id": "id", "created_at": "at", "messages": "said", "reply": "answer"}
COLUMNS |= {"draft": "draft", "draft_weight": "weight"}
SAID = json.dumps([{"role": "customer", "text": "Hi"}, {"role": "agent", "text": "Yes?"},
                   {"role": "customer", "text": "Where?"}])  # fmt: skip


def write(path: Path, *rows: dict[str, str]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)


def row(**cells: str) -> dict[str, str]:
    plain = {"id": "T-1", "at": DAY, "said": SAID, "draft": "Soon.", "weight": "1.25"}
    return plain | {"answer": "Tomorrow."} | cells


def snapshot(root: Path, *rows: dict[str, str]) -> None:
    names = ("ticket_id", "thread_id", "created_at", "customer", "agent", "channel", "locale",
             "topic", "subject", "messages", "draft", "reply", "csat", "draft_weight")  # fmt: skip
    plain = dict.fromkeys(names, "") | {"ticket_id": "T-1", "thread_id": "T-1", "created_at": DAY}
    plain |= {"messages": SAID, "draft": "Soon.", "reply": "Tomorrow.", "draft_weight": "0.5"}
    write(root / "feedback/desk.csv", *(plain | one for one in rows))


def test_a_conversation_in_one_cell_keeps_who_said_what(tmp_path: Path) -> None:
    write(tmp_path / "tickets.csv", row())
    (ticket,) = Ingested(tmp_path, [table("tickets.csv", columns=COLUMNS)]).tickets.to_dicts()
    assert [(one["role"], one["text"]) for one in ticket["messages"]] == [
        ("customer", "Hi"), ("agent", "Yes?"), ("customer", "Where?"),
    ]  # fmt: skip
    assert [one["at"] is not None for one in ticket["messages"]] == [False, False, True]
    assert (ticket["draft"], ticket["draft_weight"]) == ("Soon.", 1.25)


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"said": ""}, "no_message"),
        ({"said": "Where is it?"}, "unreadable_messages"),
        ({"said": "[]"}, "unreadable_messages"),
        ({"said": "7"}, "unreadable_messages"),
        ({"said": '["Hi"]'}, "unreadable_messages"),
        ({"said": '[{"role": "customer"}]'}, "unreadable_messages"),
        ({"said": '[{"role": "customer", "text": 7}]'}, "unreadable_messages"),
        ({"said": '[{"role": null, "text": "Hi"}]'}, "unreadable_messages"),
        ({"said": '[{"role": "customer", "text": "\\u0000"}]'}, "unreadable_messages"),
        ({"said": '[{"role": "customer", "text": "\\ud800"}]'}, "unreadable_messages"),
        ({"weight": "much"}, "unreadable_weight"),
        ({"weight": "-1"}, "unreadable_weight"),
        ({"weight": "inf"}, "unreadable_weight"),
        ({"answer": ""}, "unanswered"),
    ],
)
def test_what_cannot_be_read_is_set_aside(tmp_path: Path, cells: dict[str, str], why: str) -> None:
    write(tmp_path / "tickets.csv", row(id="T-0"), row(**cells))
    got = Ingested(tmp_path, [table("tickets.csv", columns=COLUMNS)])
    assert got.reasons == {"tickets.csv:2": why}
    assert got.tickets["ticket_id"].to_list() == ["T-0"]


def test_the_snapshot_comes_first_and_needs_no_columns_in_params(tmp_path: Path) -> None:
    write(
        tmp_path / "exports/tickets.csv", {"id": "T-9", "at": DAY, "question": "Hi", "answer": "Ho"}
    )
    (tmp_path / "exports/policies").mkdir()
    (tmp_path / "exports/policies/returns.md").write_text("# Returns\n\nWithin 30 days.\n")
    folder = {"kind": "folder", "path": "exports/policies", "encoding": "auto", "exclude": []}
    sources: list[Any] = [table("exports/tickets.csv")]
    assert Ingested(tmp_path, sources, [folder], "exports").tickets["ticket_id"].to_list() == [
        "T-9"
    ]
    snapshot(tmp_path, {}, {"ticket_id": "T-1/2", "draft": "", "draft_weight": ""})
    got = Ingested(tmp_path, sources, [folder], "exports")
    assert got.tickets["ticket_id"].to_list() == ["T-1", "T-1/2", "T-9"]
    assert got.tickets["draft_weight"].to_list() == [0.5, None, None]
    assert got.tickets["thread_id"].to_list() == ["T-1", "T-1", "T-9"]
    assert got.counts["tickets"]["sources"][0]["path"] == "feedback/desk.csv"


def test_beside_conversations_a_first_reply_is_called_as_theirs_is(tmp_path: Path) -> None:
    said = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]
    (tmp_path / "chats.jsonl").write_text(json.dumps({"id": "T-1", "at": DAY, "turns": said}))
    turns = {"role": "role", "text": "content", "at": None, "customer": ["user"]}
    chat = {"kind": "chat", "path": "chats.jsonl", **HOW, "turns": turns | {"agent": ["assistant"]}}
    chat |= {"columns": {"thread_id": "id", "created_at": "at", "messages": "turns"}}
    snapshot(tmp_path, {}, {"ticket_id": "T-1/2"})
    got = Ingested(tmp_path, [chat])
    assert got.tickets["ticket_id"].to_list() == ["T-1/1", "T-1/2", "T-1/1"]
    assert got.tickets["draft"].to_list() == ["Soon.", "Soon.", None]
