"""What a page is made of: marks, changes, words, links, pasted conversations."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from desk.page.diff import changes
from desk.page.forms import plain
from desk.page.links import web_link
from desk.page.marks import pieces, still_there
from desk.page.paste import conversation
from desk.page.seconds import bounded
from desk.page.words import age, because, done, drafted, snippet

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def found(start: int, end: int) -> dict[str, object]:
    place = {"start": start, "end": end, "soft": False}
    return {"rule": "claims", "kind": "claims", "why": "so", **place}


def test_marks_lie_where_findings_are_even_where_they_overlap() -> None:
    text = "It costs 40 dollars now."
    cut = pieces(text, [found(9, 19), found(12, 23), found(24, 24)])
    assert "".join(piece.text for piece in cut) == text
    assert [(piece.text, piece.within, piece.ending) for piece in cut if piece.within] == [
        ("40 ", (1,), ()),
        ("dollars", (1, 2), (1,)),
        (" now", (2,), (2,)),
    ]


def test_a_place_outside_of_the_text_marks_nothing() -> None:
    assert [piece.within for piece in pieces("short", [found(90, 95), found(3, 2)])] == [()]
    assert pieces("", []) == []


def test_what_was_marked_and_still_stands_is_named_once() -> None:
    held = "31 days, then 31 days and $9"
    marked = [found(0, 7), found(14, 21), found(26, 28), found(28, 28)]
    assert still_there("within 31 days", held, marked) == ["31 days"]
    assert still_there("within 30 days", held, marked) == []


@pytest.mark.parametrize(
    ("draft", "sent", "told"),
    [
        ("a b c", "a x c", [("same", "a "), ("out", "b "), ("in", "x "), ("same", "c")]),
        ("a", "a b", [("out", "a"), ("in", "a b")]),
        ("same\n\nthing", "same\n\nthing", [("same", "same\n\nthing")]),
        (
            "our Pike stove may come back",
            "your stove can come home",
            [
                ("out", "our Pike "),
                ("in", "your "),
                ("same", "stove "),
                ("out", "may "),
                ("in", "can "),
                ("same", "come "),
                ("out", "back"),
                ("in", "home"),
            ],
        ),
        ("", "new words", [("in", "new words")]),
        ("gone", "", [("out", "gone")]),
    ],
)
def test_changes_are_told_word_by_word(draft: str, sent: str, told: list[tuple[str, str]]) -> None:
    assert changes(draft, sent).stretches == told


def test_changes_of_a_whole_book_are_told_in_a_blink() -> None:
    one = " ".join(f"w{n % 97}" for n in range(40_000))
    other = " ".join(f"w{n % 89}" for n in range(40_000))
    started = time.thread_time()
    told = changes(f"same {one} end", f"same {other} end")
    assert time.thread_time() - started < 1
    assert [change.kind for change in told.stretches] == ["same", "out", "in", "same"]


@pytest.mark.parametrize("words", [("a ", "b "), ("a ", "b a "), ("a b ", "b c a ")])
def test_changes_of_a_model_that_repeats_itself_are_told_in_a_blink(words: tuple[str, str]) -> None:
    draft, sent = (word * 250 for word in words)
    started = time.thread_time()
    told = changes(draft, sent).stretches
    assert time.thread_time() - started < 2
    assert "".join(change.text for change in told if change.kind != "in") == draft
    assert "".join(change.text for change in told if change.kind != "out") == sent


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("Where is it?\nHello?", [("customer", "Where is it?\nHello?")]),
        (
            "Customer: Hi\nthere\nAGENT : yes\n customer: So: what?",
            [("customer", "Hi\nthere"), ("agent", "yes"), ("customer", "So: what?")],
        ),
        ("Before\nAgent: yes", [("customer", "Before"), ("agent", "yes")]),
        ("Our agent: said no", [("customer", "Our agent: said no")]),
        ("  \n ", []),
    ],
)
def test_a_pasted_conversation_is_parted_by_who_speaks(
    text: str, messages: list[tuple[str, str]]
) -> None:
    assert [(m["role"], m["text"]) for m in conversation(text)] == messages


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:x",
        "data:text/html,<script>alert(1)</script>", "vbscript:x", "//evil.example", "/relative",
        "https:evil", "http://", "blob:https://x/y", "file:///etc/passwd", "", None,
        "https://a.example/\n", "https://[", "\x01https://a.example",
    ],
)  # fmt: skip
def test_only_an_address_on_the_web_becomes_a_link(url: str | None) -> None:
    assert web_link(url) is None


def test_an_address_on_the_web_stays_as_it_is() -> None:
    for url in ("https://help.example/returns?a=1#two", "HTTP://help.example"):
        assert web_link(url) == url


@pytest.mark.parametrize(
    ("told", "kept"),
    [("12.34", 12.3), ("1e9", 60.0), ("-1", None), ("nan", None), ("inf", None), ("", None),
     ("0", 0.0)],
)  # fmt: skip
def test_the_browsers_seconds_are_at_most_those_since_the_draft(
    told: str, kept: float | None
) -> None:
    assert bounded(told, (NOW - timedelta(minutes=1)).replace(tzinfo=None), NOW) == kept


def test_each_reason_is_told_in_words() -> None:
    assert drafted(None).word == "Draft ready"
    assert (
        drafted("guard: claims, picture_of_damage").word == "Held back: claims, picture of damage"
    )
    assert "No policy in force" in drafted("no_policy").why
    assert drafted("failed: rate_limit").word == "Failed: rate limit"
    assert drafted("empty").look == "failed"
    assert drafted("something_new").word == "Held back: something new"
    assert [done(action).look for action in ("accepted", "edited", "discarded")] == [
        "ready", "edited", "failed",
    ]  # fmt: skip


def test_what_must_be_said_is_told_without_its_patterns() -> None:
    why = r"who reports damage is asked for a picture (nothing in it matches \bphotos?\b)"
    assert because({"kind": "must_say", "why": why}) == "who reports damage is asked for a picture"
    assert because({"kind": "claims", "why": "x (duration)"}) == "x (duration)"


def test_an_age_has_one_unit() -> None:
    ages = [age(NOW - timedelta(seconds=s), NOW) for s in (-5, 59, 60, 7199, 86400 * 3)]
    assert ages == ["now", "now", "1 min", "1 h", "3 d"]


def test_a_long_message_is_cut_and_line_ends_are_ours() -> None:
    assert snippet({"messages": [{"text": "a \n b"}]}) == "a b"
    assert len(snippet({"messages": [{"text": "word " * 900}]})) <= 161
    assert snippet({"messages": []}) == ""
    assert plain("a\r\nb\rc\0") == "a\nb\nc"
