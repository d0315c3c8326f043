"""Questions in one table, replies in another: which reply counts, which are rivals."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tasks.ingest.params import Params
from tests.ingesting import HOW, Ingested


def two_tables(tmp_path: Path, replies: list[tuple[Any, ...]], **keys: Any) -> Ingested:
    """Question Q-1 of `ann` at 10:00, and its replies; see `reply` for their cells."""
    questions = tmp_path / "questions.csv"
    if not questions.exists():
        questions.write_text(
            "id,created,creator,content,solution,is_spam,csat\n"
            "Q-1,2026-03-02 10:00:00,ann,Where?,R-3,false,4\n"
        )
    pl.DataFrame(
        replies,
        schema=[
            *("id", "question_id", "created", "creator", "content", "helpful", "is_spam", "stars"),
        ],
        orient="row",
    ).write_csv(tmp_path / "replies.csv")
    columns = {"created_at": "created", "names": "creator"}
    source = {
        "kind": "two_tables",
        "questions": {
            "path": "questions.csv",
            **HOW,
            "leave_out": {"is_spam": [True]},
            "columns": columns
            | {"ticket_id": "id", "customer": "creator", "message": "content"}
            | {"accepted_reply": "solution", "csat": "csat"},
        },
        "replies": {
            "path": "replies.csv",
            **HOW,
            "leave_out": {"is_spam": [True]},
            "columns": columns
            | {"reply_id": "id", "ticket_id": "question_id", "agent": "creator"}
            | {"reply": "content", "helpful": "helpful", "csat": "stars"},
        },
        "rule": ["accepted", "most_helpful", "first"],
        "history": False,
        "rivals": 2,
    } | keys
    return Ingested(tmp_path, [source])


def reply(number: int, hour: int, by: str, helpful: int = 0, **keys: Any) -> tuple[Any, ...]:
    row = {"of": "Q-1", "text": f"reply {number}", "spam": "false", "stars": None} | keys
    at = f"2026-03-02 {hour}:00:00"
    return (f"R-{number}", row["of"], at, by, row["text"], helpful, row["spam"], row["stars"])


@pytest.mark.parametrize(
    ("rule", "replies", "chosen"),
    [
        (["accepted", "most_helpful", "first"], [(1, 11, "bo", 9), (3, 12, "cy", 0)], "reply 3"),
        (["accepted", "most_helpful", "first"], [(1, 11, "bo", 1), (2, 12, "cy", 2)], "reply 2"),
        (["accepted", "most_helpful", "first"], [(2, 12, "cy", 0), (1, 11, "bo", 0)], "reply 1"),
        (["most_helpful", "last"], [(1, 11, "bo", 2), (2, 12, "cy", 2)], "reply 2"),
        (["first"], [(3, 12, "cy", 9), (1, 11, "bo", 0)], "reply 1"),
        (["last"], [(3, 13, "ann", 9), (2, 12, "cy", 0), (1, 11, "bo", 0)], "reply 2"),
        (["accepted", "first"], [(3, 11, "ann", 9), (2, 12, "cy", 0)], "reply 2"),
    ],
)
def test_the_reply_that_counts_follows_the_rule(
    tmp_path: Path, rule: list[str], replies: list[tuple[int, int, str, int]], chosen: str
) -> None:
    got = two_tables(tmp_path, [reply(*one) for one in replies], rule=rule)
    assert got.tickets["reply"].to_list() == [chosen]


def test_each_reply_that_does_not_count_says_why(tmp_path: Path) -> None:
    replies = [
        reply(1, 11, "ann"),
        reply(2, 11, "bo", text=" "),
        reply(4, 11, "bo", spam="True"),
        reply(5, 9, "bo"),
        reply(6, 11, "bo", of="Q-9"),
        reply(7, 12, "bo"),
        reply(8, 13, "cy"),
    ]
    got = two_tables(tmp_path, replies)
    assert got.tickets.select("ticket_id", "reply", "agent", "source").rows() == [
        ("Q-1", "reply 7", "bo", "questions.csv:1")
    ]
    assert got.tickets["names"].to_list() == [["ann", "bo", "cy"]]
    assert dict(got.quarantine.select("row_id", "reason").iter_rows()) == {
        "R-1": "own_reply",
        "R-2": "no_text",
        "R-4": "left_out is_spam",
        "R-5": "reply_too_early",
        "R-6": "orphan",
        "R-8": "not_chosen",
    }
    counts = got.counts["replies"]
    assert counts["rows_in"] == 7 == counts["kept"] + sum(counts["quarantined"].values())


def test_a_question_without_a_reply_that_counts_says_why(tmp_path: Path) -> None:
    names = ["none", "own", "early", "unliked", "spam", "late", "good"]
    header = "id,created,creator,content,solution,is_spam,csat\n"
    (tmp_path / "questions.csv").write_text(
        header
        + "".join(f"{n},2026-03-02 10:00:00,ann,Where?,,{n == 'spam'},\n" for n in names[:5])
        + "late,when?,ann,Where?,,false,\n,2026-03-02,ann,Where?,,false,\n"
        + "good,2026-03-02 10:00:00,ann,Where?,,false,\n"
    )
    replies = [
        reply(1, 11, "ann", of="own"),
        reply(2, 9, "bo", of="early"),
        reply(3, 11, "bo", of="unliked"),
        reply(4, 11, "bo", of="spam"),
        reply(5, 11, "bo", 1, of="good"),
    ]
    got = two_tables(tmp_path, replies, rule=["accepted", "most_helpful"])
    assert got.tickets["ticket_id"].to_list() == ["good"]
    reasons = dict(got.quarantine.select("row_id", "reason").iter_rows())
    assert {key: reasons[key] for key in (*names[:6], "questions.csv:7")} == {
        "none": "unanswered",
        "own": "only_own_replies",
        "early": "reply_too_early",
        "unliked": "no_such_reply",
        "spam": "left_out is_spam",
        "late": "unreadable_time",
        "questions.csv:7": "no_id",
    }
    counts = got.counts["tickets"]
    assert counts["rows_in"] == 8 == counts["kept"] + sum(counts["quarantined"].values())


def test_history_stands_before_the_reply_that_counts(tmp_path: Path) -> None:
    replies = [reply(1, 11, "bo"), reply(2, 12, "ann"), reply(3, 13, "cy"), reply(4, 14, "ann")]
    got = two_tables(tmp_path, replies, history=True)
    (ticket,) = got.tickets.to_dicts()
    assert [(m["role"], m["text"]) for m in ticket["messages"]] == [
        ("customer", "Where?"),
        ("agent", "reply 1"),
        ("customer", "reply 2"),
    ]
    assert ticket["reply"] == "reply 3"
    assert ticket["created_at"] == datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_other_answers_to_the_same_question_stay_as_rivals(tmp_path: Path) -> None:
    replies = [
        reply(1, 11, "bo", 2),
        reply(3, 12, "cy", 1),  # the accepted one
        reply(4, 12, "di", 5),
        reply(5, 12, "bo", spam="true"),
        reply(6, 9, "di"),
        reply(7, 13, "ann", text="it still fails"),
        reply(8, 14, "di", 9),  # answers that
    ]
    got = two_tables(tmp_path, replies, rivals=3)
    (ticket,) = got.tickets.to_dicts()
    assert ticket["reply"] == "reply 3"
    assert (ticket["outcome"]["helpful"], ticket["outcome"]["accepted"]) == (1, True)
    assert ticket["rivals"] == [
        {"text": "reply 4", "votes": 5, "accepted": False, "csat": None},
        {"text": "reply 1", "votes": 2, "accepted": False, "csat": None},
    ]
    assert two_tables(tmp_path, replies, rivals=1).tickets["rivals"].list.len().item() == 1
    assert two_tables(tmp_path, replies, rivals=0).tickets["rivals"].to_list() == [None]


def test_with_history_what_was_said_before_is_no_rival(tmp_path: Path) -> None:
    replies = [reply(1, 11, "bo"), reply(3, 12, "cy"), reply(4, 13, "di")]
    (ticket,) = two_tables(tmp_path, replies, history=True).tickets.to_dicts()
    assert [message["text"] for message in ticket["messages"]] == ["Where?", "reply 1"]
    assert [rival["text"] for rival in ticket["rivals"]] == ["reply 4"]


@pytest.mark.parametrize(
    ("stars", "chosen"),
    [
        ({1: "2", 2: "5", 3: "4"}, "reply 2"),
        ({1: "4", 2: "4"}, "reply 1"),
        ({1: None, 2: "1", 3: "3"}, "reply 3"),
        ({1: None, 2: None}, "reply 1"),
    ],
)
def test_the_highest_rated_reply_counts_where_the_rule_says_so(
    tmp_path: Path, stars: dict[int, str | None], chosen: str
) -> None:
    replies = [reply(number, 11, "bo", stars=csat) for number, csat in stars.items()]
    got = two_tables(tmp_path, replies, rule=["highest_rated", "first"])
    assert got.tickets["reply"].to_list() == [chosen]


def test_a_reply_that_nobody_rated_goes_before_a_bad_one_and_after_a_good_one(
    tmp_path: Path,
) -> None:
    (tmp_path / "questions.csv").write_text(
        "id,created,creator,content,solution,is_spam,csat\n"
        "Q-1,2026-03-02 10:00:00,ann,Where?,,false,\nQ-2,2026-03-02 10:00:00,ann,When?,,false,\n"
    )
    replies = [
        reply(1, 11, "bo", stars="1"),
        reply(2, 12, "cy"),
        reply(3, 11, "bo", of="Q-2"),
        reply(4, 12, "cy", of="Q-2", stars="5"),
    ]
    got = two_tables(tmp_path, replies, rule=["highest_rated", "first"])
    assert got.tickets["reply"].to_list() == ["reply 2", "reply 4"]
    got = two_tables(tmp_path, replies[1:], rule=["highest_rated"])
    assert got.tickets["reply"].to_list() == ["reply 4"], "by this rule alone others don't count"
    assert got.reasons["questions.csv:1"] == "no_such_reply"


def test_a_replys_own_rating_goes_before_the_questions(tmp_path: Path) -> None:
    replies = [reply(3, 11, "bo", stars=" 2.5 "), reply(4, 12, "cy", stars="5"), reply(5, 13, "di")]
    (ticket,) = two_tables(tmp_path, replies).tickets.to_dicts()
    assert (ticket["outcome"]["csat"], ticket["outcome"]["rated"]) == (2.5, True)
    assert [rival["csat"] for rival in ticket["rivals"]] == [5.0, None]
    replies = [reply(3, 11, "bo"), reply(4, 12, "cy", stars="0")]
    (ticket,) = two_tables(tmp_path, replies).tickets.to_dicts()
    assert (ticket["outcome"]["csat"], ticket["outcome"]["rated"]) == (4.0, False)
    assert [rival["csat"] for rival in ticket["rivals"]] == [0.0]


@pytest.mark.parametrize("stars", ["great", "4 of 5", "4,5", "nan", "inf"])
def test_a_reply_whose_rating_is_no_number_is_set_aside(tmp_path: Path, stars: str) -> None:
    replies = [reply(3, 11, "bo", stars=stars), reply(4, 12, "cy", stars="  ")]
    got = two_tables(tmp_path, replies)
    assert got.tickets["reply"].to_list() == ["reply 4"]
    assert got.quarantine.rows() == [("R-3", "replies.csv:1", "ingest", "unreadable_csat")]


@pytest.mark.parametrize(
    ("rule", "column"), [("most_helpful", "helpful"), ("highest_rated", "csat")]
)
def test_a_rule_that_needs_a_column_asks_for_it(rule: str, column: str) -> None:
    asked = dict.fromkeys(("ticket_id", "created_at", "customer", "message"), "x")
    replied = dict.fromkeys(("ticket_id", "created_at", "agent", "reply"), "x")
    source = {
        "kind": "two_tables",
        "questions": {"path": "q", **HOW, "columns": asked},
        "replies": {"path": "r", **HOW, "columns": replied},
        "rule": [rule],
        "history": False,
        "rivals": 2,
    }
    with pytest.raises(ValueError, match=f"columns must also name {column}"):
        Params.from_values(
            {"ingest": {"watch": ".", "feedback": "feedback", "tickets": [source], "policies": []}}
        )
