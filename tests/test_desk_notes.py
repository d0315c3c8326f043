"""The note itself: what an agent reads in the helpdesk, and what no text can make of it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desk.helpdesks.helpdesk import Note
from desk.helpdesks.http import _after
from desk.helpdesks.note import as_html, markdown
from desk.helpdesks.outcome import of_reply
from tests.live_drafters import CLAUSE

LINK = "https://desk.acme.example/tickets/t1"


def note(**changes: Any) -> Note:
    answer = {"id": "d1", "draft": "Ahoy!\nYour tent", "reason": None, "citations": [CLAUSE]}
    answer |= {"findings": [], "cut": None}
    return Note(answer | changes, LINK)


def test_a_draft_keeps_its_lines_so_that_it_can_be_copied() -> None:
    assert "Ahoy!\nYour tent" in markdown(note())
    assert "Ahoy!<br>Your tent" in as_html(note())


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "", None, "//x.example"]
)
def test_only_an_address_of_the_web_becomes_a_link(url: str | None) -> None:
    with_it = note(citations=[CLAUSE | {"url": url}])
    assert "- Returns, 1\n" in markdown(with_it)
    assert "<li>Returns, 1</li>" in as_html(with_it)


def test_a_title_cannot_end_its_link_and_begin_another() -> None:
    evil = {"title": "a](https://evil.example) [b", "url": "https://x.example/a) [c](https://y"}
    written = markdown(note(citations=[CLAUSE | evil]))
    assert len(re.findall(r"(?<!\\)\]\(http", written)) == 2, "the clause, and the desk's page"
    assert r"\](https://evil.example)" in written
    html = {"title": "<script>", "url": 'https://x.example/" onmouseover="x'}
    shown = as_html(note(citations=[CLAUSE | html]))
    assert "<script>" not in shown
    assert 'onmouseover="' not in shown


def test_a_draft_calls_no_agent() -> None:
    """Chatwoot tells whoever is named in such an address."""
    assert "mention://" not in markdown(note(draft="[x](mention://user/1/Ann)"))


def test_what_is_held_back_is_not_there() -> None:
    for shown in (markdown, as_html):
        text = shown(note(reason="guard: claims", draft="", held_back="31 days"))
        assert "31 days" not in text
        assert "guard: claims" in text
        assert "Draft d1" in text


@pytest.mark.parametrize(
    ("sent", "action"),
    [("Ahoy!\nYour tent", "accepted"), (" Ahoy! Your  tent\n", "accepted"),
     ("Ahoy! Your tent\n\n-- \nAnn", "edited"), ("No.", "edited")],
)  # fmt: skip
def test_only_the_drafts_own_words_accept_it(sent: str, action: str) -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    told = of_reply(note().answer, at, sent, at + timedelta(seconds=90), "a")
    assert (told["action"], told["seconds"], told["sent"]) == (action, 90, sent)
    assert of_reply(note().answer, at, sent, at - timedelta(seconds=1), "a")["seconds"] is None


def test_a_wait_is_read_as_http_writes_it() -> None:
    assert (_after("7"), _after("soon"), _after(None)) == (7, None, None)
    assert _after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert (_after("Fri, 21 Oct 2050 07:28:00 GMT") or 0) > 1e6


def test_whose_word_a_thing_is_stands_below_the_draft_and_no_picture_is_fetched() -> None:
    draft = "See ![x](https://x.example/y)"
    found = {"start": 4, "end": len(draft), "soft": True, "why": "link from the customer's letter"}
    told = note(draft=draft, findings=[found], cut={"clauses": 0, "messages": []})
    assert "![x]" not in markdown(told)
    assert "link from the customer's letter" in markdown(told)
    assert "the model has not read the whole ticket" in as_html(told)
