"""Where sentences end, for those who count them and for those who show one."""

import pytest

from tasks.sentences import sentence_at, sentences


def test_sentences_and_lines_stand_apart_in_every_script() -> None:
    assert sentences("Hi Jo,\n\n  It's 7 euros. Really!  Yes… ja") == [
        *("Hi Jo,", "It's 7 euros.", "Really!", "Yes…", "ja"),
    ]
    assert sentences("はい。 そうです。") == ["はい。", "そうです。"]
    assert sentences("Only v2.1 has it") == ["Only v2.1 has it"]


def test_a_text_without_any_is_one_empty_sentence() -> None:
    assert sentences("") == sentences(" \n ") == [""]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Sure. It takes approx. 30 days. Bye.", "It takes approx. 30 days."),
        ("Sure.\nit takes 30 days\nbye", "it takes 30 days"),
        ("It takes 30 days", "It takes 30 days"),
        ('Sure! (It takes 30 days.) "Bye"', '(It takes 30 days.) "Bye"'),
        ("It takes 30 days... [ORDER_1] is on its way.", "It takes 30 days..."),
    ],
)
def test_the_sentence_shown_holds_the_place_and_no_abbreviation_cuts_it(
    text: str, shown: str
) -> None:
    assert sentence_at(text, text.index("30 days") + len("30 days")) == shown
