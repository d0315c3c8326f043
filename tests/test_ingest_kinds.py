"""Every kind of source, on real files."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from drafter.errors import BadInput, ParamsError
from drafter.section import load_section
from tasks.ingest.params import Params
from tasks.ingest.times import read_times
from tests.ingesting import COLUMNS, HOW, Ingested, table

NINE = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
UNTOLD = {"helpful": None, "accepted": None, "rated": None}


def write_lines(path: Path, rows: list[Any]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def test_a_table_is_the_same_as_csv_jsonl_and_parquet(tmp_path: Path) -> None:
    rows = [
        {
            "id": f"T-{i}",
            "at": "2026-03-02 09:15:00 +0000",
            "question": f"Where\u2028is {i}?\r\nNA",
            "answer": "NA",
            "by": "jo",
            "mail": "jo@example.com",
            "links": "a;b",
            "stars": "4",
            "state": "closed",
        }
        for i in range(3)
    ]
    frame = pl.DataFrame(rows)
    frame.write_csv(tmp_path / "a.csv")
    write_lines(tmp_path / "b.jsonl", rows)
    frame.with_columns(
        pl.col("links").str.split(";"), at=pl.lit(NINE), stars=pl.lit(4.0), state=pl.lit(True)
    ).write_parquet(tmp_path / "c.parquet")
    columns = COLUMNS | {
        "customer": ["nobody", "by"],
        "names": ["by", "mail"],
        "cites": "links",
        "csat": "stars",
        "solved": "state",
    }
    seen = []
    for name in ("a.csv", "b.jsonl", "c.parquet"):
        got = Ingested(tmp_path, [table(name, columns=columns)])
        assert got.tickets["source"].to_list() == [f"{name}:{i}" for i in (1, 2, 3)]
        seen.append(got.tickets.drop("source").to_dicts())
    assert seen[0] == seen[1] == seen[2]
    first = seen[0][0]
    assert first["created_at"] == NINE
    assert first["messages"] == [{"role": "customer", "text": "Where\u2028is 0?\r\nNA", "at": NINE}]
    assert (first["customer"], first["names"]) == ("jo", ["jo", "jo@example.com"])
    assert (first["reply"], first["cites"], first["thread_id"]) == ("NA", ["a", "b"], "T-0")
    assert first["outcome"] == {"csat": 4.0, "solved": True, "votes": None} | UNTOLD


def test_bad_lines_of_jsonl_are_set_aside_and_keys_may_differ(tmp_path: Path) -> None:
    row = {"id": 1, "at": 1772442900, "question": "Where?", "answer": "There."}
    lines = [
        json.dumps(row),
        '{"id": 2, "at":',
        "[1, 2]",
        "",
        json.dumps(row | {"at": None}),
        json.dumps(row | {"at": "soon"}),
        json.dumps(row | {"question": " \n"}),
        json.dumps({key: row[key] for key in row if key != "answer"}),
    ]
    (tmp_path / "a.jsonl").write_bytes(
        "\n".join(lines).encode() + b'\n{"id": "\xff"}\n{"id": "\\u0000"}\n'
    )
    got = Ingested(tmp_path, [table("a.jsonl")])
    assert got.tickets.select("ticket_id", "created_at").rows() == [("1", NINE)]
    assert got.reasons == {
        "a.jsonl:2": "not_json",
        "a.jsonl:3": "not_an_object",
        "a.jsonl:4": "no_time",
        "a.jsonl:5": "unreadable_time",
        "a.jsonl:6": "no_message",
        "a.jsonl:7": "unanswered",
        "a.jsonl:8": "undecodable",
        "a.jsonl:9": "nul_byte",
    }
    counts = got.counts["tickets"]
    assert counts["rows_in"] == 9 == counts["kept"] + sum(counts["quarantined"].values())


def test_rows_are_left_out_by_a_columns_value(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "id,at,question,answer,is_spam\nT-1,2026-03-02,a,b,TRUE\nT-2,2026-03-02,a,b,false\n"
    )
    got = Ingested(tmp_path, [table("a.csv", leave_out={"is_spam": [True]})])
    assert got.tickets["ticket_id"].to_list() == ["T-2"]
    assert got.quarantine.rows() == [("T-1", "a.csv:1", "ingest", "left_out is_spam")]
    with pytest.raises(BadInput, match=r"no column 'spam', which params.yaml names for leave_out"):
        Ingested(tmp_path, [table("a.csv", leave_out={"spam": [True]})])


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T09:15:00Z",
        "2026-03-02 09:15:00 +0000",
        "2026-03-02 09:15:00",
        "2026-03-02T10:15:00.000+01:00",
        "2026-03-02 04:15:00-05",
        "2026-03-02 09:15",
        "Mon, 02 Mar 2026 09:15:00 GMT",
        "1772442900",
        "1772442900.0",
        "1772442900000",
        "1772442900000000",
    ],
)
def test_a_time_is_read_in_every_usual_form(text: str) -> None:
    mixed = pl.Series(["2026-03-02T09:15:00Z", text, "", None, "2026-13-02"])
    assert read_times(mixed).to_list() == [NINE, NINE, None, None, None]


def test_a_time_of_two_readings_is_not_guessed_at(tmp_path: Path) -> None:
    assert read_times(pl.Series(["02/03/2026 09:15"]))[0] is None
    assert read_times(pl.Series(["02/03/2026 09:15"]), "%d/%m/%Y %H:%M")[0] == NINE


# Two tables


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


def test_a_feedback_export_brings_what_was_proposed_beside_what_was_sent(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "id,at,question,answer,draft\n"
        "1,2026-03-02,Where?,There.,Here.\n2,2026-03-02,Where?,There.,\n"
    )
    got = Ingested(tmp_path, [table("a.csv", columns=COLUMNS | {"draft": "draft"})])
    assert got.tickets.select("reply", "draft").rows() == [("There.", "Here."), ("There.", None)]
    assert Ingested(tmp_path, [table("a.csv")]).tickets["draft"].to_list() == [None, None]


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


# Conversations and datasets

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


# Policies


def test_a_folder_of_policies_is_read_in_every_format(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    (folder / "eu").mkdir(parents=True)
    (folder / "returns.md").write_bytes(
        b"\xef\xbb\xbf---\r\ntitle: Returns\r\neffective_from: 2026-01-08\r\n---\r\n\r\n"
        b"Bring it.\r\n"
    )
    (folder / "eu/refunds.html").write_text(
        "<html><head><title>Refunds</title><script>x()</script></head><body><nav>Menu</nav>"
        "<h2>How</h2><ul><li>By <a href='https://pay.example'>card</a></li></ul></body></html>"
    )
    (folder / "notes.txt").write_bytes(
        "Größe zählt überall, auch bei Zelten für Bären.".encode("latin-1")
    )
    (folder / "key.pub").write_text("no policy")
    (folder / "empty.md").write_text("---\ntitle: Nothing\n---\n")
    (folder / "dated.md").write_text("---\neffective_from: next spring\n---\nText\n")
    (folder / "broken.md").write_text("---\ntitle: [a\n---\nText\n")
    (folder / "README.md").write_text("Not one of them")
    (folder / "scan.pdf").write_bytes(b"%PDF-1.4 cut off")
    (folder / "terms.pdf").write_bytes(pdf("Terms of the tent"))
    (tmp_path / "a.csv").write_text("id,at,question,answer\n1,2026-03-02,a,b\n")
    source = {"kind": "folder", "path": "policies", "encoding": "auto", "exclude": ["README.md"]}
    got = Ingested(tmp_path, [table("a.csv")], [source])
    policies = {row["doc_id"]: row for row in got.policies.to_dicts()}
    assert list(policies) == ["eu/refunds", "notes", "returns", "terms"]
    assert policies["returns"]["text"] == "Bring it.\n"
    assert policies["returns"]["effective_from"] == datetime(2026, 1, 8, tzinfo=UTC)
    assert policies["eu/refunds"]["title"] == "Refunds"
    assert policies["eu/refunds"]["text"] == "## How\n\n- By [card](https://pay.example)\n"
    assert policies["notes"]["text"].startswith("Größe zählt überall")
    assert policies["terms"]["text"] == "Terms of the tent\n"
    assert {
        name.removeprefix("policies/"): why.split()[0] for name, why in got.reasons.items()
    } == {
        "broken.md": "broken_front_matter",
        "dated.md": "unreadable_time",
        "empty.md": "no_text",
        "key.pub": "no_policy_format",
        "scan.pdf": "unreadable_pdf",
    }
    assert got.counts["policies"]["rows_in"] == 9


def pdf(text: str) -> bytes:
    """The smallest PDF that shows a line of text."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table_at = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in places)
    return out + b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table_at


def test_a_version_ends_where_the_next_one_begins(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    folder.mkdir()
    for day, until in (("2026-05-01", ""), ("2025-01-01", ""), ("2026-01-01", "2026-02-01")):
        end = f"effective_to: {until}\n" if until else ""
        (folder / f"returns.{day}.md").write_text(
            f"---\ndoc_id: returns\neffective_from: {day}\n{end}---\n# R\n"
        )
    (tmp_path / "a.csv").write_text("id,at,question,answer\n1,2026-03-02,a,b\n")
    source = {"kind": "folder", "path": "policies", "encoding": "auto", "exclude": []}
    got = Ingested(tmp_path, [table("a.csv")], [source])
    periods = got.policies.select(
        pl.col("effective_from", "effective_to").dt.strftime("%Y-%m-%d")
    ).rows()
    assert periods == [
        ("2025-01-01", "2026-01-01"),
        ("2026-01-01", "2026-02-01"),
        ("2026-05-01", None),
    ]


def test_a_table_of_policies_becomes_markdown(tmp_path: Path) -> None:
    page = '<div id=""toc""><a>Contents</a></div><h1>Returns</h1><p>In <b>30</b> days.</p>'
    (tmp_path / "kb.csv").write_text(
        "slug,name,html,valid\n"
        f'returns,Returns,"{page}",2026-01-08\n,Nameless,<p>x</p>,\nempty,Empty,<br>,\n'
        "later,Later,<p>x</p>,some day\n"
    )
    (tmp_path / "a.csv").write_text("id,at,question,answer\n1,2026-03-02,a,b\n")
    columns = {"doc_id": "slug", "title": "name", "html": "html", "effective_from": "valid"}
    got = Ingested(tmp_path, [table("a.csv")], [table("kb.csv", columns=columns)])
    (policy,) = got.policies.to_dicts()
    assert policy["text"] == "# Returns\n\nIn **30** days.\n"
    assert policy["effective_from"] == datetime(2026, 1, 8, tzinfo=UTC)
    assert got.quarantine["reason"].to_list() == ["no_doc_id", "no_text", "unreadable_time"]


def test_a_source_outside_the_watched_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "a.csv").write_text("id,at,question,answer\n1,2026-03-02,a,b\n")
    with pytest.raises(BadInput, match=r"outside ingest\.watch \(\.\), so DVC would not see"):
        Ingested(tmp_path / "root", [table("../a.csv")])


def test_a_misspelt_field_names_itself_and_its_line(tmp_path: Path) -> None:
    whole = (Path(__file__).parent.parent / "params.yaml").read_text()
    (tmp_path / "params.yaml").write_text(
        whole.replace("\n        csat: csat", "\n        cast: csat")
    )
    with pytest.raises(ParamsError, match=r"params\.yaml:\d+: ingest\.tickets\.0\.table\.columns"):
        load_section(tmp_path / "params.yaml", Params)
