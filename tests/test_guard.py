import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafter.guard import Fact, cited_chunks, facts, facts_agree, grounded


def values(text: str) -> list[tuple[str, str]]:
    return [(fact.kind, fact.value) for fact in facts(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("within thirty days", [("duration", "30 day")]),
        ("within 30 days", [("duration", "30 day")]),
        ("our 30-day window", [("duration", "30 day")]),
        ("30 (thirty) days", [("duration", "30 day")]),
        ("two weeks", [("duration", "14 day")]),
        ("48 hours", [("duration", "2 day")]),
        ("1 year", [("duration", "12 month")]),
        ("twenty-five days", [("duration", "25 day")]),
        ("one hundred and twenty minutes", [("duration", "2 hour")]),
        ("5 business days", [("duration", "5 working day")]),
        ("five working days", [("duration", "5 working day")]),
        ("3 to 5 days", [("duration", "3 day"), ("duration", "5 day")]),
        ("3\u20135 days", [("duration", "3 day"), ("duration", "5 day")]),
        ("€15", [("amount", "15 EUR")]),
        ("15 EUR", [("amount", "15 EUR")]),
        ("15.00 euros", [("amount", "15 EUR")]),
        ("EUR 15,50", [("amount", "15.5 EUR")]),
        ("$1,000.", [("amount", "1000 USD")]),
        ("1.000,50 €", [("amount", "1000.5 EUR")]),
        ("a 15 % fee", [("amount", "15 %")]),
        ("fifteen percent", [("amount", "15 %")]),
        ("up to 2.5 kg", [("quantity", "2.5 kg")]),
        ("500 MB", [("quantity", "500 mb")]),
        ("1 March 2026", [("date", "2026-03-01")]),
        ("March 1st, 2026", [("date", "2026-03-01")]),
        ("2026-03-01", [("date", "2026-03-01")]),
        ("01.03.2026", [("date", "2026-03-01")]),
        ("12 Sept. 2025", [("date", "2025-09-12")]),
        ("June 2025", [("date", "2025-06")]),
        ("on March 1", [("date", "-03-01")]),
        ("until 5 pm", [("time", "17:00")]),
        ("until 17:00.", [("time", "17:00")]),
        ("see https://www.Help.example/Returns/.", [("link", "help.example/Returns")]),
        ("[the page](https://help.example/returns#fees)", [("link", "help.example/returns")]),
        ("write to Help@Shop.example.", [("email", "help@shop.example")]),
        ("call +49 30 1234567", [("phone", "49301234567")]),
    ],
)
def test_a_fact_is_found_and_normalised(text: str, expected: list[tuple[str, str]]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Your order [ORDER_1] is on its way.",
        "1. Open the menu. 2. Choose Settings.",
        "Thunderbird 115 has it.",
        "You may return it someday.",
        "none of them",
        "version 115.8.1",
        "Fair winds, Marrowby 10 crew, Mayfair 3",
        "",
    ],
)
def test_what_states_no_fact_gives_none(text: str) -> None:
    assert values(text) == []


def test_a_span_points_at_the_words_of_the_fact() -> None:
    text = "Send it back within thirty days; it costs €15."
    assert [text[slice(*fact.span)] for fact in facts(text)] == ["thirty days", "€15"]


def test_a_figure_that_only_the_old_policy_had_is_not_grounded() -> None:
    grounding = grounded("You have 30 days and it costs €5.", ["Within 14 days. The fee is 5 EUR."])
    assert [fact.value for fact in grounding.unsupported] == ["30 day"]
    assert grounding.share == 0.5


def test_the_ticket_itself_is_evidence() -> None:
    ticket = "I bought it on 2 May 2026 and it has been three weeks."
    assert grounded("You bought it on May 2, 21 days ago.", [ticket]).share == 1.0


def test_a_draft_without_facts_has_no_share() -> None:
    assert grounded("Thank you for writing to us.", ["30 days"]).share is None


def test_agreement_with_the_human_counts_missing_and_added_figures() -> None:
    assert facts_agree("30 days, €5", "You have thirty days; the fee is 5 euros.") == 1.0
    assert facts_agree("14 days", "You have thirty days.") == 0.0
    assert facts_agree("30 days, €5", "You have thirty days.") == pytest.approx(2 / 3)
    assert facts_agree("30 days", "Thank you!") is None


def test_citations_are_the_chunks_whose_facts_the_draft_uses() -> None:
    chunks = [
        {"chunk_id": "returns#1", "text": "Returns are free."},
        {"chunk_id": "returns#2", "text": "You have 30 days."},
    ]
    assert cited_chunks("You have thirty days.", chunks) == ["returns#2"]
    assert cited_chunks("Thanks!", chunks) == ["returns#1"]
    assert cited_chunks("Thanks!", []) == []


@given(
    st.integers(1, 999_999),
    st.sampled_from(["{:,} days", "{} days", "{}-day", "{} day"]),
    st.sampled_from(["{:,} days", "{} days"]),
)
def test_one_duration_is_one_value_however_it_is_written(n: int, one: str, other: str) -> None:
    assert values(one.format(n)) == values(other.format(n))


@given(st.text(max_size=80))
def test_any_text_has_facts_that_lie_inside_it(text: str) -> None:
    for fact in facts(text):
        assert isinstance(fact, Fact)
        assert 0 <= fact.span[0] < fact.span[1] <= len(text)
