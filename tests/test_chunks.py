"""Policies cut into clauses that can be cited, each with the dates it is in force."""

from datetime import UTC, datetime

from drafter.chunks import ChunkSizes, chunk_policies, cut
from tests.factories import policy, policy_table

APART = ChunkSizes(merge_above=10_000, least=60, most=180)
JOINED = ChunkSizes(merge_above=0, least=20, most=40)


def test_each_paragraph_and_list_item_is_a_clause_with_its_headings() -> None:
    text = """# Returns

Keep the box.

## Germany

- 30 days for shoes.
  Socks too.
- 14 days for the rest.

### Sale
No returns.

## France
1. 20 days.
"""
    assert [(clause.path, clause.text) for clause in cut("Returns", text, APART)] == [
        ("1", "Keep the box."),
        ("Germany > 1", "30 days for shoes.\n  Socks too."),
        ("Germany > 2", "14 days for the rest."),
        ("Germany > Sale > 1", "No returns."),
        ("France > 1", "20 days."),
    ]


def test_short_neighbours_are_joined_in_long_documents_alone_and_never_across_headings() -> None:
    text = "## A\n\n" + "\n\n".join(["five words in each one"] * 10) + "\n\n## B\n\nEnd."
    assert len(cut("T", text, APART)) == 11
    joined = cut("T", text, JOINED)
    assert [len(clause.text.split()) for clause in joined] == [20, 20, 10, 1]
    assert [clause.path for clause in joined] == ["A > 1", "A > 2", "A > 3", "B > 1"]


def test_a_clause_that_is_too_long_is_cut_between_sentences_and_loses_no_word() -> None:
    text = " ".join(f"Sentence {number} has exactly six words." for number in range(40))
    clauses = cut("T", text, APART)
    assert max(len(clause.text.split()) for clause in clauses) <= 180
    assert " ".join(clause.text for clause in clauses) == text
    assert len(cut("T", "word " * 400, APART)) == 3


def test_headings_in_code_are_no_headings_and_pictures_and_contents_are_left_out() -> None:
    text = "## Table of contents\n\n- [A](#a)\n\n## A\n\n"
    text += "```\n# a comment\n\nmore\n```\n\n![x](y.png)\n"
    clauses = cut("T", text, APART)
    assert [clause.path for clause in clauses] == ["A > 1"]
    assert "# a comment" in clauses[0].text
    assert "more" in clauses[0].text


def test_a_later_version_of_a_document_changes_no_id_of_an_earlier_one() -> None:
    change = datetime(2026, 3, 1, tzinfo=UTC)
    before = chunk_policies(policy_table([policy(text="One.\n\nTwo.")]), APART)
    after = chunk_policies(
        policy_table(
            [
                policy(text="One.\n\nTwo.", effective_to=change),
                policy(text="Zero.\n\nOne.\n\nTwo.", effective_from=change),
            ]
        ),
        APART,
    )
    assert before["chunk_id"].to_list() == ["returns#1", "returns#2"]
    assert after["chunk_id"].to_list()[:2] == before["chunk_id"].to_list()
    assert after["chunk_id"].to_list()[2] == "returns@2026-03-01#1"
    assert after["effective_to"].to_list()[:2] == [change, change]


def test_translations_of_a_document_have_ids_of_their_own() -> None:
    rows = [policy(text="One."), policy(text="Eins.", locale="de")]
    ids = chunk_policies(policy_table(rows), APART)["chunk_id"].to_list()
    assert len(set(ids)) == 2
