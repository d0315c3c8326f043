"""What an agent changed in a draft: by examples, and by changes of a known kind."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.preferences.edit_class import classify

REPLY = "Hello [NAME_1],\n\nyou have 30 days. The boots must be clean.\n\nKind regards,\n[NAME_2]"


@pytest.mark.parametrize(
    ("draft", "reply", "edit"),
    [
        (REPLY, REPLY + "\n", "unchanged"),
        # figures
        (REPLY.replace("30 days", "45 days"), REPLY, "fact"),
        (REPLY.replace("30 days", "30 working days"), REPLY, "fact"),
        ("It costs €15.", "It costs nothing.", "fact"),
        ("See help.example/kb/returns.", "See help.example/kb/refunds.", "fact"),
        ("Press 3 twice.", "Press 4 twice.", "fact"),
        ("It takes thirty days.", "That takes 30 days.", "tone"),
        ("Your order [ORDER_1] is sent.", "Your order [ORDER_2] is sent.", "personalisation"),
        # promises and rules
        ("We are on it. We will refund the postage.", "We are on it.", "policy"),
        ("We are on it.", "We are on it. The bag must be closed.", "policy"),
        ("We can extend it.", "We can't extend it.", "policy"),
        ("You can bring it to the shop.", "You can not bring it to the shop.", "policy"),
        ("Repairs are free of charge.", "Repairs are on you.", "policy"),
        # for whom
        ("Hello,\n\nall is sent.", "Hello [NAME_1],\n\nall is sent.", "personalisation"),
        ("The boots are sent.", "Hi there! The boots are sent.", "personalisation"),
        ("The boots are sent.", "The boots are sent.\nBest regards\n[NAME_2]", "personalisation"),
        ("The boots are sent.", "We found [ORDER_1]! The boots are sent.", "personalisation"),
        # spelling
        ("We recieved your leter.", "We received your letter.", "typo"),
        ("The boots are sent", "The boots are sent.", "typo"),
        ("we sent teh boots", "We sent the boots.", "typo"),
        ("It works now alot better.", "It works now a lot better.", "typo"),
        # words
        ("Your request was processed.", "All done, we took care of it for you!", "tone"),
        ("Dear [NAME_1], please advise.", "Ahoy [NAME_1]! Tell us more.", "tone"),
        ("Die Stiefel sind weg.", "Wir haben die Stiefel gern versandt.", "tone"),
    ],
)  # fmt: skip
def test_an_edit_is_told_by_what_it_changed(draft: str, reply: str, edit: str) -> None:
    assert classify(draft, reply) == edit


WORD = st.text("abcdefgiklmorsu", min_size=6, max_size=12)
SENTENCES = st.lists(st.lists(WORD, min_size=3, max_size=8), min_size=1, max_size=5).map(
    lambda parts: " ".join(" ".join(words).capitalize() + "." for words in parts)
)


@settings(max_examples=60, deadline=None)
@given(SENTENCES, st.integers(1, 90), st.integers(1, 90))
def test_another_figure_is_a_fact_whatever_else_is_said(text: str, one: int, other: int) -> None:
    draft, reply = f"{text} It takes {one} days.", f"{text} It takes {other} days."
    assert classify(draft, reply) == ("unchanged" if one == other else "fact")


@settings(max_examples=60, deadline=None)
@given(SENTENCES, st.randoms())
def test_two_letters_that_changed_places_are_a_typo(text: str, draw) -> None:  # type: ignore[no-untyped-def]
    place = draw.choice([i for i in range(len(text) - 1) if text[i : i + 2].isalpha()])
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    assert classify(swapped, text) == ("unchanged" if swapped == text else "typo")


@settings(max_examples=60, deadline=None)
@given(SENTENCES, SENTENCES)
def test_a_class_is_always_found_and_does_not_hang_on_the_direction(one: str, other: str) -> None:
    assert classify(one, other) == classify(other, one)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_texts_have_a_class(one: str, other: str) -> None:
    classify(one, other)
