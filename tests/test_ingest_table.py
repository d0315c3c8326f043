"""Tables as CSV, JSONL and Parquet: what is read, left out and set aside."""

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from drafter.errors import BadInput, ParamsError
from drafter.section import load_section
from tasks.ingest.params import Params
from tasks.ingest.times import read_times
from tests.ingesting import COLUMNS, Ingested, table, write_lines

NINE = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
UNTOLD = {"helpful": None, "accepted": None, "rated": None}


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


def test_a_feedback_export_brings_what_was_proposed_beside_what_was_sent(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "id,at,question,answer,draft\n"
        "1,2026-03-02,Where?,There.,Here.\n2,2026-03-02,Where?,There.,\n"
    )
    got = Ingested(tmp_path, [table("a.csv", columns=COLUMNS | {"draft": "draft"})])
    assert got.tickets.select("reply", "draft").rows() == [("There.", "Here."), ("There.", None)]
    assert Ingested(tmp_path, [table("a.csv")]).tickets["draft"].to_list() == [None, None]


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
