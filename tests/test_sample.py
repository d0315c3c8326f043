"""The sample company: what is committed is what is generated, and the effect is in the data."""

import csv
import re
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from tasks.preferences.edit_class import classify
from tasks.sample.feedback import CHANGES, FEEDBACK_COLUMNS, old_figure
from tasks.sample.policies import (
    LAST_CHANGE,
    TOPICS,
    Version,
    anchor,
    in_force,
    markdown,
    versions,
)
from tasks.sample.stream import stream
from tasks.sample.tickets import COLUMNS
from tasks.sample.write import SEED, sample_files, write_sample, write_stream

SAMPLE = Path(__file__).parent.parent / "data/sample"
HOLDOUT_SHARE = 0.15


@pytest.fixture(scope="module")
def tickets() -> list[dict[str, str]]:
    with (SAMPLE / "tickets.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def feedback() -> list[dict[str, str]]:
    with (SAMPLE / "feedback.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def found() -> list[Version]:
    return versions(SEED)


def figures_of(text: str) -> list[int]:
    return [int(figure) for figure in re.findall(r"(?<![\w-])\d+(?![\w-])", text)]


def thing_of(cite: str) -> tuple[str, str]:
    doc_id, _, name = cite.partition("#")
    (topic,) = (topic for topic in TOPICS if topic.doc_id == doc_id)
    (thing,) = (thing for thing in topic.things if anchor(thing) == name)
    return doc_id, thing


def test_the_committed_files_are_what_the_generator_writes() -> None:
    for name, text in sample_files().items():
        assert (SAMPLE / name).read_text(encoding="utf-8") == text, name
    committed = {f"policies/{path.name}" for path in (SAMPLE / "policies").iterdir()}
    assert committed == sample_files().keys() - {"tickets.csv", "feedback.csv"}


def test_writing_again_removes_a_policy_that_is_no_longer_generated(tmp_path: Path) -> None:
    write_sample(tmp_path)
    (tmp_path / "policies/of-yesterday.md").write_text("old", encoding="utf-8")
    write_sample(tmp_path)
    assert not (tmp_path / "policies/of-yesterday.md").exists()
    assert len(list((tmp_path / "policies").iterdir())) == len(versions(SEED))


def test_the_sample_is_small_and_has_the_columns_that_its_readme_lists(tickets) -> None:
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()) < 2_000_000
    assert 2000 <= len(tickets) <= 3000
    assert list(tickets[0]) == COLUMNS
    readme = (SAMPLE / "README.md").read_text(encoding="utf-8")
    assert all(f"`{column}`" in readme for column in FEEDBACK_COLUMNS)


def test_a_clause_is_one_short_line_with_one_figure(found) -> None:
    for version in found:
        _, front, body = markdown(version).split("---\n")
        assert yaml.safe_load(front)["doc_id"] == version.topic.doc_id
        clauses = [line for line in body.splitlines() if line and not line.startswith("#")]
        assert len(clauses) == len(version.topic.things)
        for thing, clause in zip(version.topic.things, clauses, strict=True):
            assert thing in clause
            assert figures_of(clause) == [version.figures[thing]]
            assert len(clause.split()) <= 20


def test_every_day_has_exactly_one_version_of_each_document(found) -> None:
    days = [date(2025, 3, 1), date(2025, 6, 2), date(2026, 1, 7), LAST_CHANGE, date(2026, 2, 28)]
    for topic in TOPICS:
        for day in days:
            assert in_force(found, topic.doc_id, day).topic is topic


def test_every_reply_quotes_the_figure_of_its_day_and_nothing_else(tickets, found) -> None:
    answered = [row for row in tickets if row["cites"] and row["reply"] and row["message"]]
    assert len(answered) > 0.85 * len(tickets)
    wrong = []
    for row in answered:
        doc_id, thing = thing_of(row["cites"])
        day = date.fromisoformat(row["created_at"][:10])
        figure = in_force(found, doc_id, day).figures[thing]
        answer = row["reply"].partition("Now, ")[2]
        if figures_of(answer) != [figure]:
            wrong.append(row["ticket_id"])
    # A letter that was sent again keeps its reply, even where the policy changed in between.
    assert len(wrong) <= 2


def test_most_figures_change_inside_the_newest_part_of_the_history(tickets, found) -> None:
    newest = sorted(row["created_at"] for row in tickets)[-round(HOLDOUT_SHARE * len(tickets)) :]
    after = sum(date.fromisoformat(at[:10]) >= LAST_CHANGE for at in newest)
    assert date.fromisoformat(newest[0][:10]) < LAST_CHANGE, "no training ticket may be newer"
    assert after > 0.9 * len(newest)
    before = {
        (v.topic.doc_id, t): f
        for v in found
        for t, f in v.figures.items()
        if v.effective_to == LAST_CHANGE
    }
    now = {
        (v.topic.doc_id, t): f
        for v in found
        for t, f in v.figures.items()
        if v.effective_to is None
    }
    changed = sum(now[clause] != figure for clause, figure in before.items())
    assert changed > 0.7 * len(now)


def test_names_and_addresses_belong_to_nobody(tickets) -> None:
    text = "\n".join(f"{row['message']} {row['reply']} {row['customer_email']}" for row in tickets)
    hosts = set(re.findall(r"@([\w.]+\w)", text))
    assert hosts <= {"example.com", "example.org", "example.net", "marrowby.example"}
    phones = re.findall(r"\+\d[\d ]+\d", text)
    assert phones
    assert all(phone.startswith("+44 7700 900") for phone in phones)


def test_the_export_has_the_mess_of_a_real_one(tickets) -> None:
    messages = [row["message"] for row in tickets]
    assert any("<html>" in message for message in messages)
    assert any("\n-- \n" in message for message in messages)
    assert any("\n> " in message for message in messages)
    assert len(set(messages)) < len([message for message in messages if message])
    assert any(not row["message"] for row in tickets)
    assert any(not row["reply"] for row in tickets)
    customers = [row["customer_id"] for row in tickets]
    assert len(set(customers)) < 0.9 * len(customers)
    assert len({row["ticket_id"] for row in tickets}) == len(tickets)


def test_the_feedback_lies_before_anything_that_is_held_out(tickets, feedback) -> None:
    assert list(feedback[0]) == list(FEEDBACK_COLUMNS)
    newest = sorted(row["created_at"] for row in [*tickets, *feedback])
    cut = newest[-round(HOLDOUT_SHARE * len(newest))]
    assert all(row["created_at"] < cut for row in feedback)
    ids = [row["ticket_id"] for row in [*tickets, *feedback]]
    assert len(set(ids)) == len(ids)


def test_a_draft_that_was_corrected_gives_the_figure_of_the_version_before(feedback, found) -> None:
    corrected = 0
    for row in feedback:
        doc_id, thing = thing_of(row["cites"])
        at = datetime.fromisoformat(row["created_at"])
        now = in_force(found, doc_id, at.date())
        said, sent = (figures_of(row[text].partition("Now, ")[2]) for text in ("draft", "reply"))
        assert sent == [now.figures[thing]], row["ticket_id"]
        if said and said != sent:
            assert said == [old_figure(found, now.topic, thing, at)], row["ticket_id"]
            corrected += 1
    assert corrected > 0.25 * len(feedback)


def test_agents_made_every_kind_of_change(feedback) -> None:
    made: Counter[str] = Counter()
    for row in feedback:
        name = row["customer_name"].split()[0]
        draft, reply = (row[text].replace(name, "[NAME_1]") for text in ("draft", "reply"))
        made[classify(draft, reply)] += 1
    assert set(made) == {*CHANGES} - {"none"} | {"unchanged"}
    assert min(made.values()) >= 5


def test_further_letters_are_new_and_follow_the_policy_of_their_day(found: list[Version]) -> None:
    first, last = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 28, tzinfo=UTC)
    one, other = (stream(found, seed, 60, first, last) for seed in (1, 2))
    for key in ("ticket_id", "customer_id", "customer_email"):
        assert len({row[key] for row in (*one, *other)}) == 120, key
    assert one == stream(found, 1, 60, first, last)
    assert [row["created_at"] for row in one] == sorted(row["created_at"] for row in one)
    for row in one:
        if row["cites"]:
            doc_id, thing = thing_of(row["cites"])
            version = in_force(found, doc_id, date.fromisoformat(row["created_at"][:10]))
            assert version.figures[thing] in figures_of(row["reply"])


def test_further_letters_are_written_where_one_says(tmp_path: Path) -> None:
    day = datetime(2026, 3, 1, tzinfo=UTC)
    write_stream(tmp_path / "new/letters.csv", 7, 5, day, day)
    with (tmp_path / "new/letters.csv").open(encoding="utf-8", newline="") as file:
        assert [row["created_at"] for row in csv.DictReader(file)] == ["2026-03-01T00:00:00Z"] * 5
