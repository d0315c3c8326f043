"""The forum export of 2024 and a company's policies, against a plain reading of the same files."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ingesting import HOW, Ingested, table

HOUSE = Path(__file__).parent.parent
DATA = HOUSE.parent / "shared/data"
COUNTS = ("rows_in", "kept", "quarantined")

pytestmark = [
    pytest.mark.thunderbird,
    pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data beside the checkout"),
]


def rows_of(pattern: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for path in sorted((DATA / "thunderbird_2024/tickets").glob(pattern)):
        with path.open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file, strict=True)
    return rows


def expected_replies() -> dict[str, str]:
    """For each question the id of the reply that counts, by the rule of the preset, in Python."""
    replies: dict[str, list[dict[str, str]]] = {}
    for reply in rows_of("*answers-for-questions*.csv"):
        if reply["is_spam"] != "true" and reply["content"].strip():
            replies.setdefault(reply["question_id"], []).append(reply)
    chosen = {}
    for question in rows_of("*creator-answers*.csv"):
        usable = [
            reply
            for reply in replies.get(question["id"], [])
            if reply["creator"] != question["creator"] and reply["created"] >= question["created"]
        ]
        if question.get("is_spam") != "true" and question["content"].strip() and usable:
            accepted = question.get("solution")
            usable.sort(key=lambda r: (r["id"] != accepted, -int(r["num_helpful"]), r["created"]))
            chosen[question["id"]] = usable[0]["content"]
    return chosen


def test_the_forum_gives_the_tickets_that_a_plain_reading_gives(tmp_path: Path) -> None:
    preset: Any = yaml.safe_load((HOUSE / "presets/thunderbird.yaml").read_text())
    text = yaml.safe_dump(preset["ingest"]).replace("../shared/data", str(DATA))
    ingest = yaml.safe_load(text)
    got = Ingested(tmp_path, ingest["tickets"], ingest["policies"], watch=ingest["watch"])
    replies = dict(got.tickets.select("ticket_id", "reply").iter_rows())
    assert replies == expected_replies()
    for part in ("tickets", "replies", "policies"):
        counts = got.counts[part]
        assert counts["rows_in"] == counts["kept"] + sum(counts["quarantined"].values())
    assert got.counts["tickets"]["rows_in"] == len(rows_of("*creator-answers*.csv"))
    assert got.counts["replies"]["rows_in"] == len(rows_of("*answers-for-questions*.csv"))
    assert not Counter(got.tickets["ticket_id"]).most_common(1)[0][1] > 1
    assert all(question.strip() for question in got.questions)
    assert all("support.mozilla.org" in url for url in got.policies["url"])
    assert "<p>" not in "".join(got.policies["text"])


def test_a_companys_policies_are_read_with_their_titles(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,at,question,answer\n1,2026-03-02,a,b\n")
    folder = {
        "kind": "folder",
        "path": str(DATA / "basecamp_policies"),
        "encoding": "auto",
        "exclude": ["README.md", "LICENSE.md", "index.md"],
    }
    tickets = table(str(tmp_path / "a.csv"), **HOW)
    got = Ingested(tmp_path, [tickets], [folder], watch="/")
    assert "Refund policy" in got.policies["title"].to_list()
    assert not any(text.startswith("---") for text in got.policies["text"])
    assert set(got.quarantine["reason"]) == {"no_policy_format .pub"}
