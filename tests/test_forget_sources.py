"""A customer's rows leave the exports; everybody else's stay byte for byte."""

import json
from pathlib import Path

import polars as pl
import pytest

from drafter.errors import BadInput
from drafter.records import TICKET
from drafter.tables import write_table
from tasks.customer_key import customer_key
from tasks.forget.ready import refuse_fixed
from tasks.forget.rewrite import HIDDEN, forget_rows, unpin
from tasks.ingest.params import IngestParams
from tasks.paths import Paths
from tests.factories import ticket, ticket_table
from tests.forgetting import AMY, COLUMNS, HEADER, JO, UNA, met, one_table, root_with
from tests.ingesting import table

EVERYBODY = HEADER + JO + UNA + AMY


def forget(asked: str, root: Path, params: IngestParams) -> int:
    person, tables = met(asked, root, params)
    return sum(forget_rows(one, person, root) for one in tables)


def left(root: Path, name: str = "tickets.csv") -> bytes:
    return (root / "exports" / name).read_bytes()


@pytest.mark.parametrize(
    "asked",
    ["C-00002", customer_key("C-00002"), "una@home.example", "UNA@Home.example", "una sólitaire"],
)
def test_whatever_they_are_called_by_the_rest_stays_byte_for_byte(
    tmp_path: Path, asked: str
) -> None:
    params = one_table(tmp_path, EVERYBODY.encode())
    assert forget(asked, tmp_path, params) == 1
    assert left(tmp_path) == (HEADER + JO + AMY).encode()
    assert forget("C-00002", tmp_path, params) == 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_an_export_keeps_its_encoding(tmp_path: Path, encoding: str) -> None:
    params = one_table(tmp_path, (EVERYBODY + JO).encode(encoding))
    assert forget("C-00002", tmp_path, params) == 1
    assert left(tmp_path) == (HEADER + JO + AMY + JO).encode(encoding)


def test_the_last_row_may_lack_its_line_end(tmp_path: Path) -> None:
    params = one_table(tmp_path, (HEADER + JO + UNA).rstrip("\n").encode())
    assert forget("C-00002", tmp_path, params) == 1
    assert left(tmp_path) == (HEADER + JO).encode()


def test_a_row_torn_by_a_quote_goes_where_it_names_them(tmp_path: Path) -> None:
    torn = 'T-8,2026-03-08T09:00:00Z,C-00002,x,una@home.example,"It is 5" wide,No\n'
    others = torn.replace("C-00002", "C-00001").replace("una@", "jo@")
    params = one_table(tmp_path, (HEADER + UNA + torn + others + AMY).encode())
    assert forget("C-00002", tmp_path, params) == 2
    assert left(tmp_path) == (HEADER + others + AMY).encode()


def test_an_unanswered_question_is_theirs_as_well(tmp_path: Path) -> None:
    unanswered = "T-9,,C-00002,,,Hello?,\n"
    params = one_table(tmp_path, (HEADER + JO + unanswered + UNA).encode())
    assert forget("C-00002", tmp_path, params) == 2
    assert left(tmp_path) == (HEADER + JO).encode()


def test_who_shares_the_beginning_of_a_key_is_another(tmp_path: Path) -> None:
    longer = JO.replace("C-00001", "C-000021")
    params = one_table(tmp_path, (HEADER + longer + UNA).encode())
    forget("C-00002", tmp_path, params)
    assert left(tmp_path) == (HEADER + longer).encode()


def test_an_address_in_another_customers_row_is_hidden_and_the_row_stays(tmp_path: Path) -> None:
    quoting = JO.replace("Where  is it?", "My wife is Una@Home.example, write to her")
    params = one_table(tmp_path, (HEADER + quoting + UNA + AMY).encode())
    assert forget("una@home.example", tmp_path, params) == 1
    assert left(tmp_path) == (HEADER + quoting.replace("Una@Home.example", HIDDEN) + AMY).encode()


def test_lines_of_json_go_and_the_others_stay_as_they_were_written(tmp_path: Path) -> None:
    def line(who: str, text: str) -> bytes:
        told = {
            "id": f"T-{who}",
            "at": "2026-03-01T09:00:00Z",
            "who": who,
            "mail": f"{who}@x.example",
        }
        return json.dumps(told | {"name": "", "question": text, "answer": "Yes, it is"}).encode()

    first, theirs, last = line("jo", "Bläu?"), line("una", "Mine?"), b'{"who" : "amy",  "id":7}'
    params = one_table(tmp_path, b"\n".join([first, theirs, b"not json", last]), "t.jsonl")
    assert forget("una", tmp_path, params) == 1
    assert left(tmp_path, "t.jsonl") == b"\n".join([first, b"not json", last])


def test_rows_of_parquet_go_and_its_columns_stay_what_they_are(tmp_path: Path) -> None:
    rows = [
        {
            "id": n,
            "at": "2026-03-01",
            "who": who,
            "name": "",
            "mail": "",
            "question": q,
            "answer": "Yes",
        }
        for n, (who, q) in enumerate(
            [("C-00001", "Blue?"), ("C-00002", "Red?"), ("C-00003", "C-00002?")]
        )
    ]
    path = tmp_path / "exports/t.parquet"
    path.parent.mkdir()
    pl.DataFrame(rows).write_parquet(path, compression="gzip")
    params = one_table(tmp_path, path.read_bytes(), "t.parquet")
    assert forget("C-00002", tmp_path, params) == 1
    kept = pl.read_parquet(path)
    assert kept.schema == pl.DataFrame(rows).schema
    assert kept["question"].to_list() == ["Blue?", f"{HIDDEN}?"]


def test_replies_go_with_the_questions_that_they_answer(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports/q.csv").write_text(
        "id,at,who,question\n17,2026-03-01,una,Mine?\n18,2026-03-01,jo,His?\n"
    )
    (tmp_path / "exports/r.csv").write_text(
        "of,at,agent,answer\n17,2026-03-02,Ann,Yes\n18,2026-03-02,Ann,No\n"
        "18,2026-03-03,una,I say yes\n"
    )
    asked, told = table("exports/q.csv"), table("exports/r.csv")
    for one in (asked, told):
        del one["kind"]
    asked["columns"] = {
        "ticket_id": "id",
        "created_at": "at",
        "customer": "who",
        "message": "question",
    }
    told["columns"] = {"ticket_id": "of", "created_at": "at", "agent": "agent", "reply": "answer"}
    source = {"kind": "two_tables", "questions": asked, "replies": told, "rule": ["first"],
              "history": False, "rivals": 0}  # fmt: skip
    assert forget("una", tmp_path, root_with(tmp_path, source)) == 3
    assert left(tmp_path, "q.csv") == b"id,at,who,question\n18,2026-03-01,jo,His?\n"
    assert left(tmp_path, "r.csv") == b"of,at,agent,answer\n18,2026-03-02,Ann,No\n"


def test_a_name_that_two_have_is_refused_with_their_number(tmp_path: Path) -> None:
    second = UNA.replace("C-00002", "C-00009")
    params = one_table(tmp_path, (EVERYBODY + second).encode())
    with pytest.raises(BadInput, match="2 customers have that name: say which by its key"):
        met("Una Sólitaire", tmp_path, params)
    person, _ = met("C-00009", tmp_path, params)
    assert person.raw_keys == {"C-00009"}


def test_rows_without_a_key_go_with_the_address_wherever_it_is_told(tmp_path: Path) -> None:
    unkeyed = UNA.replace("C-00002", "").replace("T-2", "T-5")
    params = one_table(tmp_path, (HEADER + unkeyed + JO + UNA + AMY).encode())
    for asked in ("una@home.example", "C-00002"):
        person, _ = met(asked, tmp_path, params)
        assert (person.raw_keys, person.tickets) == ({"C-00002"}, {"T-2", "T-5"})
    assert forget("una@home.example", tmp_path, params) == 2
    assert left(tmp_path) == (HEADER + JO + AMY).encode()


def test_a_mailbox_that_two_customers_share_stays_the_others(tmp_path: Path) -> None:
    shared = AMY.replace("amy@home.example", "una@home.example")
    params = one_table(tmp_path, (HEADER + shared + UNA).encode())
    with pytest.raises(BadInput, match="2 customers have that address"):
        met("una@home.example", tmp_path, params)
    assert forget("C-00002", tmp_path, params) == 1
    assert left(tmp_path) == (HEADER + shared).encode()


def test_only_what_nobody_else_has_is_looked_for(tmp_path: Path) -> None:
    """A macro is everybody's; so are names and numbers that two customers share."""
    macro = "Thank you for writing to us, we will come back to you within two days"
    theirs = UNA.replace("with a drop of oil", f"with a drop of oil. {macro}")
    another = AMY.replace("It comes", f"{macro}. It comes").replace("Is it blue?", "MB-123456")
    params = one_table(tmp_path, (HEADER + JO + theirs + another).encode())
    person, _ = met("C-00002", tmp_path, params)
    assert {
        "C-00002",
        "una@home.example",
        "Una Sólitaire",
        customer_key("C-00002"),
    } <= person.values
    assert "MB-123456" not in person.values
    assert any("lonely curlew" in words for words in person.messages)
    assert any("drop of oil" in words for words in person.replies)
    assert " thank you for writing to us we will " not in person.replies


def test_the_mills_tickets_tell_more_ids_and_how_curation_hides_their_words(tmp_path: Path) -> None:
    """Of a conversation each reply is a ticket, with an id that no export has."""
    params = one_table(tmp_path, EVERYBODY.encode())
    said = "Nobody but me has ordered MB-123456 as a present for an aunt"
    theirs = ticket(1, ticket_id="c-7/1", thread_id="c-7", customer="C-00002", question=said)
    others = ticket(2, customer="C-00001")
    write_table(Paths(tmp_path).tickets, ticket_table([theirs, others]), TICKET)
    person, _ = met("C-00002", tmp_path, params)
    assert person.tickets == {"T-2", "c-7/1"}
    assert " nobody but me has ordered order 1 as " in person.messages
    assert " nobody but me has ordered mb 123456 as " in person.messages


def test_who_is_nowhere_is_looked_for_by_what_was_asked(tmp_path: Path) -> None:
    params = one_table(tmp_path, EVERYBODY.encode())
    person, _ = met("C-77777", tmp_path, params)
    assert person.values == {"C-77777", customer_key("C-77777")}
    assert not person.tickets


def test_a_dataset_that_has_their_rows_is_refused_by_name(tmp_path: Path) -> None:
    import datasets

    rows = [dict.fromkeys(("id", "name", "mail", "question", "answer"), "x")] * 2
    told = [
        {**row, "at": "2026-03-01", "who": who}
        for row, who in zip(rows, ["C-00002", "b"], strict=True)
    ]
    datasets.Dataset.from_list(told).save_to_disk(str(tmp_path / "exports/saved"))
    source = {"kind": "huggingface", "dataset": "exports/saved", "name": None, "revision": None,
              "split": "train", "time_format": "auto", "list_separator": ";", "leave_out": {},
              "turns": None, "columns": COLUMNS}  # fmt: skip
    person, tables = met("C-00002", tmp_path, root_with(tmp_path, source))
    assert person.tickets == {"x"}
    with pytest.raises(BadInput, match="1 rows are the customer's, and a dataset"):
        refuse_fixed(tables, {tables[0].path: 1})


def test_a_pinned_ticket_of_theirs_goes_and_the_comments_stay(tmp_path: Path) -> None:
    entry = """  - name: {name}
    why: It was wrong
    ticket:
      subject:
      messages:
        - role: customer
          text: {text}
      at: '2026-02-28T13:38:56+00:00'
    must_say:
      - 75 days
    must_not_say: []
    must_cite: []
"""
    path = tmp_path / "regressions.yaml"
    start = "# Tickets that stay right.\nregressions:\n"
    theirs = entry.format(name="A name of its own", text="My kettle whistles like a lonely curlew")
    others = entry.format(name="T-1", text="Where is it?")
    path.write_text(start + theirs + others)
    person, _ = met("C-00002", tmp_path, one_table(tmp_path, EVERYBODY.encode()))
    assert unpin(path, person) == 1
    assert path.read_text() == start + others
    assert unpin(path, person) == 0
