"""What a draft says that must come from somewhere, however it is written; and what is nothing."""

import time

import pytest

from drafter.compliance.own import is_own
from drafter.compliance.said import Known, said
from drafter.guard import Fact
from drafter.plain import disguised, plain, without_unseen


def kinds(text: str) -> dict[str, str]:
    """What stands in the text, by what is written."""
    return {text[slice(*fact.span)]: fact.kind for fact in said(text)}


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("refund-desk.com", "link"),
        ("hxxps://desk.example/pay", "link"),
        ("desk[.]example/pay", "link"),
        ("203.0.113.77:8080/pay", "link"),
        ("[our help](https://desk.example/help)", "link"),
        ("help at refund-desk dot com", "email"),
        ("442079460166", "phone"),
        ("zero-two-zero, seven-nine-four-six", "phone"),
        ("1-800-REFUNDS", "phone"),
        ("two grand", "amount"),
        ("5 2 0 euros", "amount"),
        ("fünfhundert Euro", "amount"),
        ("14 Mill Lane, Leeds LS1 4AB", "address"),
        ("Hauptstraße 45, 10115 Berlin", "address"),
        ("P.O. Box 4471, Leeds", "address"),
        ("@marrowby_refunds", "address"),
    ],
)
def test_a_contact_or_a_sum_is_one_in_disguise(written: str, kind: str) -> None:
    assert kinds(f"Well, {written} it is.") == {written: kind}


@pytest.mark.parametrize(
    "text",
    [
        "Open prefs.js, or user.ini, and look at line 12.",
        "We wrote it down.It is settled, e.g. for the 2.10 release of version 115.3.1.",
        "Bug 1868251 and ticket 20240017 are about that.",
        "Within 30 days of 2026-03-01, from 10:00 to 12:30, it costs 15 euros or 3 percent.",
        "You are on the right way, and the last row of table 4 is yours.",
        "Call us within 30 days. Ring back at any time.",
        "The red dot shows it.",
    ],
)
def test_what_only_looks_like_a_contact_is_none(text: str) -> None:
    assert set(kinds(text).values()) <= {"date", "time", "duration", "amount"}


def test_look_alikes_are_read_as_what_they_look_like_and_told() -> None:
    folded, places = plain("see p\u0430y.example, \uff15\uff10\uff10 euros\u200b")
    assert folded == "see pay.example, 500 euros"
    assert places[17] == 17
    found = dict(disguised("see p\u0430y.example, \uff15\uff10\uff10 euros\u200b"))
    assert found == {
        (4, 16): "letters of two alphabets in one word",
        (17, 20): "letters or figures in another dress",
        (21, 27): "a character that nobody sees",
    }


@pytest.mark.parametrize(
    "text",
    [
        "Merci, à bientôt ❤️ 👩‍👩‍👧 1️⃣",  # emoji of several characters
        "می‌خواهم ۳۰ روز",  # Persian needs the unseen, and has its own figures
        "50 kΩ and 3 µm, 30 m²",
        "Привет, 30 дней.",
    ],
)
def test_what_a_script_needs_is_no_disguise(text: str) -> None:
    assert list(disguised(text)) == []
    assert without_unseen(text) == text


def test_a_source_holds_what_it_says_whole_and_in_its_own_words() -> None:
    policy = Known.by(["Send it to 14 Mill Lane, Leeds LS1 4AB. See https://help.example/returns."])
    for text, holds in {
        "https://help.example/returns": True,
        "help.example": True,
        "help.example/other": False,
        "14 Mill Lane, Leeds": True,
        "4 Mill Lane, Leeds": False,
    }.items():
        (fact,) = said(text)
        assert policy.holds(fact, text) is holds, text


def test_the_houses_own_are_of_its_domains_or_listed() -> None:
    own = ["@marrowby.example", "+1 415 555 0132"]
    assert is_own(Fact("link", "help.marrowby.example/x", (0, 1)), own)
    assert is_own(Fact("email", "a@marrowby.example", (0, 1)), own)
    assert is_own(Fact("phone", "14155550132", (0, 1)), own)
    assert not is_own(Fact("link", "marrowby.example.evil.example/x", (0, 1)), own)
    assert not is_own(Fact("link", "notmarrowby.example", (0, 1)), own)
    assert not is_own(Fact("phone", "14155550133", (0, 1)), own)


@pytest.mark.parametrize("part", ["one two ", "a-", "0 1 2 ", "a.b.com ", "_", "%4"])
def test_a_letter_made_to_be_slow_is_read_in_seconds(part: str) -> None:
    begun = time.monotonic()
    said(part * (20_000 // len(part)))
    assert time.monotonic() - begun < 5
