"""The certificate is measured on the finished splits and believes nobody."""

import polars as pl
import pytest

from drafter.errors import LeakFound
from tasks.curate.leakage import Leakage, measure, refuse
from tasks.curate.shingles import shingle
from tests.curating import letter

SCHEMA = ("ticket_id", "thread_id", "customer", "split")


def finished(rows: list[tuple[str, str, str, str]], questions: list[str]) -> Leakage:
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return measure(table, shingle(pl.Series(questions)))


def clean_splits() -> tuple[list[tuple[str, str, str, str]], list[str]]:
    splits = ["train"] * 30 + ["val"] * 5 + ["holdout"] * 10
    rows = [(f"T-{n}", f"t-{n}", f"C-{n}", split) for n, split in enumerate(splits)]
    return rows, [letter(n, 40) for n in range(len(rows))]


def test_clean_splits_pass():
    leakage = finished(*clean_splits())
    assert leakage.max_similarity < 0.3
    assert leakage.shared_customers == leakage.shared_threads == []
    refuse(leakage, 0.85)


@pytest.mark.parametrize(("newer", "older"), [(40, 3), (32, 3), (40, 32)])
def test_a_near_duplicate_question_across_splits_stops_the_run(newer, older):
    rows, questions = clean_splits()
    words = questions[older].split()
    questions[newer] = " ".join([*words[:-1], "please"])
    leakage = finished(rows, questions)
    assert leakage.between == (f"T-{newer}", f"T-{older}")
    assert leakage.max_similarity == pytest.approx(37 / 39)
    with pytest.raises(
        LeakFound, match=rf"T-{newer} and T-{older}.* 0\.949 similar, more than 0\.85"
    ):
        refuse(leakage, 0.85)
    refuse(leakage, 0.95)


def test_the_same_message_with_another_placeholder_number_stops_the_run():
    rows, questions = clean_splits()
    questions[40], questions[3] = (
        "[ORDER_1] is late, where is it?",
        "[ORDER_2] is late. Where is it",
    )
    with pytest.raises(LeakFound, match=r"1\.000 similar"):
        refuse(finished(rows, questions), 0.85)


@pytest.mark.parametrize(("column", "what"), [(1, "thread"), (2, "customer")])
def test_a_shared_key_stops_the_run(column, what):
    rows, questions = clean_splits()
    shared = list(rows[40])
    shared[column] = rows[3][column]
    rows[40] = tuple(shared)
    with pytest.raises(LeakFound, match=f"1 {what}s? stands? in two splits.*-3"):
        refuse(finished(rows, questions), 0.85)


def test_tickets_of_nobody_share_no_customer():
    rows, questions = clean_splits()
    rows = [(ticket_id, thread, None, split) for ticket_id, thread, _, split in rows]
    assert finished(rows, questions).shared_customers == []


def test_a_near_duplicate_within_a_split_is_no_leak():
    rows, questions = clean_splits()
    questions[1] = questions[0]
    assert finished(rows, questions).max_similarity < 0.3


def test_the_most_similar_pair_is_found_among_many_copies():
    rows, questions = clean_splits()
    questions[:25] = [f"{letter(99, 40)} {n}" for n in range(25)]
    questions[44] = f"{letter(99, 40)} 24"
    leakage = finished(rows, questions)
    assert leakage.between == ("T-44", "T-24")
    assert leakage.max_similarity == 1.0
