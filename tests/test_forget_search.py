"""The search behind `make forget`: what is left is found in whatever it hides."""

import bz2
import gzip
import io
import json
import lzma
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from tasks.forget.needles import Needles, shingles, telling
from tasks.forget.search import files_below, search

WROTE = "My José kettle whistles like a lonely curlew at four in the morning, please advise"
NEEDLES = Needles(frozenset({"jo@home.example", "T-118"}), frozenset(shingles(WROTE)), frozenset())


def zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner/letter.txt", data)
    return file.getvalue()


def tarred(data: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        member = tarfile.TarInfo("letter.txt")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return file.getvalue()


def parquet(data: bytes) -> bytes:
    file = io.BytesIO()
    rows = {"messages": [[{"text": data.decode()}], None]}
    pl.DataFrame(rows).write_parquet(file, compression="zstd")
    return file.getvalue()


def arrow(data: bytes) -> bytes:
    sink = io.BytesIO()
    table = pa.table({"text": [data.decode()] * 3})
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return sink.getvalue()


def in_html(data: bytes) -> bytes:
    words = data.decode().replace("é", "&eacute;").split()
    return "".join(f"<td>{word} <b>{word[:0]}</b></td>\n" for word in words).encode()


DISGUISES: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda data: data,
    "in other lines": lambda data: data.replace(b" ", b"\r\n > "),
    "in latin-1": lambda data: data.decode().encode("latin-1"),
    "in utf-16": lambda data: data.decode().encode("utf-16"),
    "among zeros": lambda data: b"\0" * 99 + data + b"\0\1\2" * 99,
    "in JSON": lambda data: json.dumps({"a": [data.decode().replace(" ", "\n")]}).encode(),
    "in HTML": in_html,
    "gzipped": gzip.compress,
    "in bzip2": bz2.compress,
    "in xz": lzma.compress,
    "zipped": zipped,
    "in a tar": tarred,
    "in a zip in a gzip": lambda data: gzip.compress(zipped(data)),
    "in Parquet": parquet,
    "in Parquet in a zip": lambda data: zipped(parquet(data)),
    "in Arrow": arrow,
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_words_are_found_in_every_disguise(tmp_path: Path, disguise: str) -> None:
    (tmp_path / "any.bin").write_bytes(DISGUISES[disguise](WROTE.encode()))
    found = search([tmp_path / "any.bin"], NEEDLES)
    assert found.hits, disguise
    assert found.hits[tmp_path / "any.bin"].needles & NEEDLES.messages


@pytest.mark.parametrize("disguise", DISGUISES)
def test_what_others_wrote_is_not_found(tmp_path: Path, disguise: str) -> None:
    others = "My José kettle whistles. T-1180 and xjo@home.example ask at four in the morning."
    (tmp_path / "any.bin").write_bytes(DISGUISES[disguise](others.encode()))
    assert not search([tmp_path / "any.bin"], NEEDLES).hits


@pytest.mark.parametrize(
    "text", ["of jo@home.example.", "JO@Home.Example", "near T-118/2", "(t-118)"]
)
def test_a_value_is_found_in_any_case_beside_any_mark(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    assert search([tmp_path / "a.csv"], NEEDLES).hits


def test_a_files_own_name_counts(tmp_path: Path) -> None:
    (tmp_path / "T-118.json").write_text("{}")
    assert search(files_below([tmp_path], []), NEEDLES).hits


def test_a_row_that_was_deleted_is_found_in_sqlites_free_pages(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    connection = sqlite3.connect(path)
    connection.execute("create table letters (text)")
    connection.execute("insert into letters values (?)", (f"{WROTE}. " * 200,))
    connection.commit()
    assert search([path], NEEDLES).hits[path].rows[":letters"] == 1
    connection.execute("pragma secure_delete=off")
    connection.execute("delete from letters")
    connection.commit()
    connection.close()
    assert search([path], NEEDLES).hits[path].rows == {"": 0}


def test_what_stands_in_a_wal_alone_is_found(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode=wal")
    connection.execute("create table letters (text)")
    connection.commit()
    connection.execute("insert into letters values (?)", (WROTE,))
    connection.commit()
    assert search([tmp_path / "some.db-wal"], NEEDLES).hits
    connection.close()


def test_a_table_of_lancedb_is_read_as_one(tmp_path: Path) -> None:
    import lancedb

    lancedb.connect(tmp_path).create_table("chunks", [{"text": WROTE, "row": 1}] * 300)
    found = search(files_below([tmp_path], []), NEEDLES)
    assert found.hits[tmp_path / "chunks.lance"].rows == {"": 300}


def test_rows_are_counted_and_a_damaged_table_does_not_end_the_search(tmp_path: Path) -> None:
    whole = parquet(WROTE.encode())
    (tmp_path / "a.parquet").write_bytes(whole)
    (tmp_path / "b.parquet").write_bytes(whole[:-20])
    (tmp_path / "c.txt").write_text(WROTE)
    found = search(files_below([tmp_path], []), NEEDLES)
    assert found.hits[tmp_path / "a.parquet"].rows == {"": 1}
    assert tmp_path / "c.txt" in found.hits
    assert (found.files, found.bytes > 0) == (3, True)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    gone = tmp_path / "gone.txt"
    assert search([gone], NEEDLES).unread == [gone]


def test_of_weights_the_header_is_searched(tmp_path: Path) -> None:
    import numpy as np
    from safetensors.numpy import save_file

    save_file({"a": np.zeros(9)}, tmp_path / "a", metadata={"note": WROTE})
    save_file({"b": np.zeros(999)}, tmp_path / "b", metadata={"note": "none"})
    found = search(files_below([tmp_path], []), NEEDLES)
    assert list(found.hits) == [tmp_path / "a"]
    assert found.bytes < 999


def test_a_large_file_is_read_in_stretches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.forget.decode.LARGE", 1000)
    monkeypatch.setattr("tasks.forget.decode.STRETCH", 5000)
    long = b"x" * 4960 + b" " + WROTE.encode() + b" " + b"y" * 9000
    (tmp_path / "a.txt").write_bytes(long)
    numbers = " ".join(str(number) for number in range(900))
    (tmp_path / "b.parquet").write_bytes(parquet(f"{WROTE} {numbers}".encode()))
    assert set(search(files_below([tmp_path], []), NEEDLES).hits) == set(tmp_path.iterdir())


def test_a_number_that_any_report_may_hold_tells_nobody() -> None:
    told = ["C-4711", "T-118", "+44 7700 900475", "jo@x.example", "100200300"]
    says_nothing = ["35436", "17", "Amy Pond", "C-17", "2026"]
    assert [value for value in told + says_nothing if telling(value)] == told
