"""Policies from folders and tables: their formats, and the days they are in force."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from tests.ingesting import Ingested, table


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
