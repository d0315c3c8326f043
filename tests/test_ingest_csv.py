"""CSV as it comes: every encoding and defect gives right rows, or the row with its reason."""

import csv
import io
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drafter.errors import BadInput
from tasks.ingest.batches import ROW, BadRow
from tasks.ingest.csv_file import CsvFile
from tasks.ingest.encoding import detect_encoding
from tasks.ingest.strict_csv import split_rows
from tests.ingesting import Ingested, table

HEADER = "id,at,question,answer\n"
DAY = "2026-03-02T09:15:00Z"


def read(
    path: Path, separator: str = "auto", before_rows: Callable[[], None] = lambda: None, **keys: Any
) -> tuple[list[list[str]], list[BadRow]]:
    """Every row of a file as lists of cells, and the bad ones."""
    how = {"encoding": "utf-8", "anchor": ["at"], "is_time": lambda text: text == DAY} | keys
    file = CsvFile(path, path.name, separator=separator, expected=["id", "at"], **how)
    names = file.columns()
    before_rows()
    rows: list[list[str]] = []
    bad: list[BadRow] = []
    for batch in file.batches(names):
        if batch.frame.height:
            rows += [list(row) for row in batch.frame.drop(ROW).iter_rows()]
        bad += batch.bad
    return rows, bad


def ingest(tmp_path: Path, data: bytes, **keys: object) -> Ingested:
    (tmp_path / "tickets.csv").write_bytes(data)
    return Ingested(tmp_path, [table("tickets.csv", **keys)])


def line(number: int, question: str = "Where is it?") -> str:
    return f'T-{number},{DAY},"{question}",On its way.\n'


TEXT = st.text(
    st.one_of(
        st.sampled_from(list("\",;\t|\n\r'\u2028\u0085\u00a0 ")),
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.lists(TEXT, min_size=3, max_size=3), min_size=1, max_size=8),
    separator=st.sampled_from(",;\t|"),
    # Python's writer leaves a CR unquoted where lines end by LF alone.
    style=st.sampled_from(
        [("\r\n", csv.QUOTE_MINIMAL), ("\r\n", csv.QUOTE_ALL), ("\n", csv.QUOTE_ALL)]
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "gb18030"]),
)
def test_any_table_that_is_written_as_csv_comes_back_equal(
    rows: list[list[str]],
    separator: str,
    style: tuple[str, int],
    encoding: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    written = io.StringIO(newline="")
    line_end, quoting = style
    writer = csv.writer(written, delimiter=separator, lineterminator=line_end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([["id", "at", "text"], *rows])
    path = tmp_path_factory.mktemp("csv") / "any.csv"
    path.write_bytes(written.getvalue().encode(encoding))
    assert read(path, separator, encoding=encoding) == (rows, [])


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(st.sampled_from('ab",\n\r'), max_size=40),
    cut=st.integers(0, 40),
)
def test_a_block_that_ends_anywhere_loses_no_row_and_invents_none(text: str, cut: int) -> None:
    """Two blocks give what one gives, up to the first defect."""
    data = text.encode()
    whole = split_rows(data, ord(","), final=True)
    front = split_rows(data[:cut], ord(","), final=False)
    shared = min(len(front.widths), len(whole.widths))
    assert front.widths.tolist()[:shared] == whole.widths.tolist()[:shared]
    if whole.defect is None:
        assert front.defect is None
        rest = split_rows(data[front.used :], ord(","), final=True)
        assert [*front.widths, *rest.widths] == whole.widths.tolist()


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.sampled_from('ab",\n'), max_size=60))
def test_what_the_strict_reader_of_python_refuses_is_a_defect_here(text: str) -> None:
    """csv.reader with strict=True lets a quote within an unquoted cell pass; nothing else."""
    rows = split_rows(text.encode(), ord(","), final=True)
    try:
        theirs = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        assert rows.defect is not None
    else:
        if rows.defect is None:
            assert rows.widths.tolist() == [len(row) for row in theirs if row]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_in_any_form_is_found_out_by_itself(tmp_path: Path, encoding: str) -> None:
    text = HEADER + line(1, "Wo ist mein Päckchen? ✓") + line(2, "Ça va?")
    got = ingest(tmp_path, text.encode(encoding))
    assert got.questions == ["Wo ist mein Päckchen? ✓", "Ça va?"]
    assert got.quarantine.is_empty()


def test_latin_1_is_read_whether_declared_or_not(tmp_path: Path) -> None:
    asked = [
        "Où est ma commande ? Je l'ai passée le mois dernier et je n'ai rien reçu.",
        "Könnten Sie mir bitte die Rückgabebedingungen für größere Zelte erklären?",
        "¿Cuándo llegará el paquete? Mañana será demasiado tarde para el cumpleaños.",
    ]
    data = (HEADER + "".join(line(i, text) for i, text in enumerate(asked))).encode("latin-1")
    assert ingest(tmp_path, data, encoding="latin-1").questions == asked
    assert ingest(tmp_path, data).questions == asked


def test_a_few_damaged_bytes_do_not_turn_a_unicode_file_into_latin(tmp_path: Path) -> None:
    rows = [line(i, "Größe und Maß, bitte: für mich") for i in range(5)]
    data = (HEADER + "".join(rows)).encode().replace("Größe".encode(), b"Gr\xf6\xdfe", 1)
    got = ingest(tmp_path, data)
    assert got.questions == ["Größe und Maß, bitte: für mich"] * 4
    assert got.reasons == {"tickets.csv:1": "undecodable"}


def test_a_byte_that_the_declared_encoding_lacks_sets_its_row_aside(tmp_path: Path) -> None:
    data = (HEADER + line(1) + line(2, "a\x81b") + line(3)).encode("latin-1")
    got = ingest(tmp_path, data, encoding="cp1252")
    assert got.tickets["ticket_id"].to_list() == ["T-1", "T-3"]
    assert got.reasons == {"tickets.csv:2": "undecodable"}


def test_line_ends_inside_a_cell_stay_as_they_are(tmp_path: Path) -> None:
    odd = "one\r\ntwo\nthree\rfour\u2028five\u0085six"
    got = ingest(tmp_path, (HEADER + line(1, odd)).encode())
    assert got.questions == [odd]


def test_na_and_null_are_words_like_any_other(tmp_path: Path) -> None:
    asked = ["NA", "null", "None", "nan", "N/A"]
    got = ingest(tmp_path, (HEADER + "".join(map(line, range(5), asked))).encode())
    assert got.questions == asked


def test_a_nul_byte_sets_its_row_aside(tmp_path: Path) -> None:
    got = ingest(tmp_path, (HEADER + line(1) + line(2, "a\0b") + line(3)).encode())
    assert got.questions == ["Where is it?"] * 2
    assert got.reasons == {"tickets.csv:2": "nul_byte"}


def test_a_row_with_too_few_or_too_many_cells_is_set_aside(tmp_path: Path) -> None:
    text = HEADER + line(1) + f"T-2,{DAY},Where?\n" + f"T-3,{DAY},Where, then?,There.\n" + line(4)
    got = ingest(tmp_path, text.encode())
    assert got.tickets["ticket_id"].to_list() == ["T-1", "T-4"]
    assert got.tickets["source"].to_list() == ["tickets.csv:1", "tickets.csv:4"]
    assert got.reasons == {
        "tickets.csv:2": "ragged_row 3 cells, the header 4",
        "tickets.csv:3": "ragged_row 5 cells, the header 4",
    }


def test_a_row_cut_by_a_line_end_outside_quotes_is_not_taken_for_whole(tmp_path: Path) -> None:
    """The reply of T-1 goes on in a line of its own; the id of T-3 begins on one."""
    text = (
        HEADER
        + f"T-1,{DAY},Where?,There:\nin the hall\n"
        + line(2)
        + f"T\n-3,{DAY},a,b\n"
        + line(4)
    )
    got = ingest(tmp_path, text.encode())
    assert got.tickets["ticket_id"].to_list() == ["T-4"]
    assert list(got.reasons.values()) == [
        "beside_no_row",
        "ragged_row 1 cells, the header 4",
        "beside_no_row",
        "ragged_row 1 cells, the header 4",
        "beside_no_row",
    ]


def test_an_unclosed_quote_costs_its_own_row_alone(tmp_path: Path) -> None:
    broken = f'T-2,{DAY},"Where is it?,On its way.\n'
    got = ingest(tmp_path, (HEADER + line(1) + broken + line(3) + line(4)).encode())
    assert got.tickets["ticket_id"].to_list() == ["T-1", "T-3", "T-4"]
    assert got.tickets["reply"].to_list() == ["On its way."] * 3
    assert got.reasons == {"tickets.csv:2": "broken_quotes 1 lines set aside"}


def test_lines_of_a_broken_cell_never_become_rows(tmp_path: Path) -> None:
    """The second line of T-2's text has as many commas as a row has."""
    broken = f'T-2,{DAY},"Hello,\nfirst, second, third, fourth\nBye,On its way.\n'
    got = ingest(tmp_path, (HEADER + line(1) + broken + line(3)).encode())
    assert got.tickets["ticket_id"].to_list() == ["T-1", "T-3"]
    assert got.reasons == {"tickets.csv:2": "broken_quotes 3 lines set aside"}


def test_a_quote_that_stays_open_to_the_end_is_told_from_its_row_on(tmp_path: Path) -> None:
    text = HEADER + line(1) + f'T-2,{DAY},"Where is it?,On its way.\nno row,\n'
    got = ingest(tmp_path, text.encode())
    assert got.tickets["ticket_id"].to_list() == ["T-1"]
    assert got.reasons == {"tickets.csv:2": "unclosed_quote 2 lines set aside"}


def test_a_quote_within_an_unquoted_cell_sets_its_row_aside(tmp_path: Path) -> None:
    text = HEADER + f'T-1,{DAY},A 5" pole?,Yes.\n' + line(2) + f'T-3,{DAY},"A "5" pole?",Yes.\n'
    got = ingest(tmp_path, text.encode())
    assert got.tickets["ticket_id"].to_list() == ["T-2"]
    assert set(got.reasons) == {"tickets.csv:1", "tickets.csv:3"}


@settings(max_examples=150, deadline=None)
@given(
    questions=st.lists(
        st.text(st.sampled_from(string.ascii_letters + ' ,"\n'), max_size=20),
        min_size=2,
        max_size=8,
    ),
    where=st.integers(0, 10_000),
    byte=st.sampled_from([b"", b'"', b",", b"\n", b"\0", b"\xff"]),
)
def test_one_wrong_byte_never_gives_a_row_that_was_not_there(
    questions: list[str], where: int, byte: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A byte lost, or one put in its place: a row that is read was written, but for that byte."""
    written = io.StringIO(newline="")
    rows = [[f"T-{i}", DAY, text, f"reply {i}"] for i, text in enumerate(questions)]
    csv.writer(written, lineterminator="\n").writerows(rows)
    data = written.getvalue().encode()
    where %= len(data)
    path = tmp_path_factory.mktemp("csv") / "any.csv"
    path.write_bytes(HEADER.encode() + data[:where] + byte + data[where + 1 :])
    got, _ = read(path)
    changed = [row for row in got if row not in rows]
    assert len(changed) <= 1
    for row in changed:
        assert any(_differ_by_a_byte(row, before) for before in rows)


def _differ_by_a_byte(row: list[str], before: list[str]) -> bool:
    (new, old), *more = [(a, b) for a, b in zip(row, before, strict=True) if a != b]
    return not more and abs(len(new) - len(old)) <= 1


def test_blocks_and_rows_longer_than_a_block_do_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tasks.ingest.csv_walk as walk
    import tasks.ingest.encoding as encoding

    def shrink() -> None:
        monkeypatch.setattr(encoding, "BLOCK", 7)
        monkeypatch.setattr(walk, "BLOCK", 11)
        monkeypatch.setattr(walk, "SMALL", 5)
        monkeypatch.setattr(walk, "ONE_ROW", 3)

    broken = f'T-3,{DAY},"Where is it?,On its way.\n'
    text = HEADER + line(1, "ä" * 50) + line(2, 'a ""b"" \r\n c') + broken + line(4)
    path = tmp_path / "any.csv"
    path.write_bytes(text.encode())
    rows, bad = read(path, before_rows=shrink)
    assert [row[2] for row in rows] == ["ä" * 50, 'a "b" \r\n c', "Where is it?"]
    assert bad == [BadRow(3, "broken_quotes 1 lines set aside")]


def test_a_header_alone_an_empty_file_a_missing_column_and_no_file_each_say_so(
    tmp_path: Path,
) -> None:
    for data, said in (
        (b"", "tickets.csv: every file is empty"),
        (b"\n\n", "tickets.csv: every file is empty"),
        (HEADER.encode(), "a header and no rows"),
        (b"id,at,question\nT-1,,a\n", "no column 'answer', which params.yaml names for reply"),
        (b'id,at,"question,answer\n', "header's quotes are broken"),
        (b"id,at,question,answer,id\n1,2,3,4,5\n", "column 'id' stands twice"),
        (
            HEADER.encode() + b"T-1,yesterday,a,b\n",
            "none of 1 rows became tickets (1 unreadable_time)",
        ),
    ):
        with pytest.raises(BadInput, match=r".*") as refused:
            ingest(tmp_path, data)
        assert said in str(refused.value)
        assert "\n" not in str(refused.value)
    with pytest.raises(BadInput, match=r"no file matches nowhere/\*.csv"):
        Ingested(tmp_path, [table("nowhere/*.csv")])
    with pytest.raises(BadInput, match="no encoding 'latin-99'"):
        ingest(tmp_path, HEADER.encode() + line(1).encode(), encoding="latin-99")


def test_an_empty_file_among_others_is_set_aside_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "days").mkdir()
    (tmp_path / "days/1.csv").write_text(HEADER + line(1))
    (tmp_path / "days/2.csv").write_text("")
    (tmp_path / "days/3.csv").write_text("answer;question;at;id\nThere.;Where?;2026-03-02;T-3\n")
    got = Ingested(tmp_path, [table("days")])
    assert got.tickets["source"].to_list() == ["days/1.csv:1", "days/3.csv:1"]
    assert got.tickets["reply"].to_list() == ["On its way.", "There."]
    assert got.reasons == {"days/2.csv": "empty_file"}
    assert got.counts["tickets"]["rows_in"] == 3


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    data = (HEADER + "".join(line(i) for i in range(50)) + "x\n").encode()
    first = ingest(tmp_path, data).paths.tickets.read_bytes()
    assert ingest(tmp_path, data).paths.tickets.read_bytes() == first


def test_utf_8_needs_no_other_guess(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * (9 << 20) + "é".encode())
    assert detect_encoding(path) == "utf-8"
