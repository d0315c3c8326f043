"""The page's routes, without a browser: what they answer, refuse and promise."""

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from desk.errors import NoChampion
from tests.desks import TICKET, desk_client, refused
from tests.live_drafters import Says

HX = {"HX-Request": "true"}
HELD = Says("Jo: [ORDER_1] may come back within 31 days.")


def new_ticket(client: TestClient, **more: Any) -> tuple[str, str]:
    """A ticket's id and its draft's."""
    draft = client.post("/v1/drafts", json={**TICKET, **more}).raise_for_status().json()["id"]
    return str(store(client).draft(draft)["ticket"]["id"]), str(draft)


def store(client: TestClient) -> Any:
    return client.app.state.desk.store  # type: ignore[attr-defined]


def champion(client: TestClient) -> Any:
    return client.app.state.desk.champion  # type: ignore[attr-defined]


def form_of(page: str) -> dict[str, str]:
    """What the reply's form would send."""
    inputs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    area = re.search(r"<textarea id=\"sent\"[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert area
    return {**dict(inputs), "sent": area[1], "seconds": "3.5", "action": "send"}


def test_every_answer_of_the_page_carries_the_policy_and_no_script_or_style_in_it(
    tmp_path: Path,
) -> None:
    with desk_client(tmp_path) as client:
        ticket, _ = new_ticket(client)
        paths = ("/", "/new", "/agent", f"/tickets/{ticket}", "/tickets/nowhere", "/serving",
                 "/news?since=2026-03-01", "/static/desk.css", "/static/keys.js")  # fmt: skip
        for path in paths:
            answer = client.get(path)
            policy = answer.headers["Content-Security-Policy"]
            assert policy == (
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
            ), path
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            if not path.startswith("/static"):
                assert answer.headers["Cache-Control"] == "no-store"
                assert not re.search(
                    r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=", answer.text
                )
                assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//(?!help\.)", answer.text)


def test_the_inbox_shows_what_waits_with_its_state(tmp_path: Path) -> None:
    with desk_client(tmp_path, HELD) as client:
        new_ticket(client, subject="A tent", topic="returns")
        page = client.get("/").text
        for shown in ("A tent", "returns", "Jo Smith", "Held back: claims", "v7", "sft-rag"):
            assert shown in page
        assert "Nothing was answered yet" in client.get("/?show=done").text


def test_a_ticket_shows_the_customers_own_words_and_values(tmp_path: Path) -> None:
    with desk_client(tmp_path) as client:
        ticket, _ = new_ticket(client)
        page = client.get(f"/tickets/{ticket}").text
        assert "Where is MB-123456? I am Jo." in page
        assert form_of(page)["sent"] == "Ahoy Jo! MB-123456 may come back within 30 days."
        assert 'href="https://help.example/returns"' in page


def test_what_is_held_back_is_marked_in_place_and_not_in_the_editor(tmp_path: Path) -> None:
    with desk_client(tmp_path, HELD) as client:
        ticket, draft = new_ticket(client)
        page = client.get(f"/tickets/{ticket}").text
        assert re.search(r"<mark[^>]*>31 days</mark><sup aria-hidden=\"true\">1</sup>", page)
        assert "The guard held this draft back" in page
        form = form_of(page)
        assert form["sent"] == ""
        empty = client.post(f"/tickets/{ticket}", data=form, headers=HX)
        assert (empty.status_code, "nothing to send" in empty.text) == (422, True)
        form["sent"] = "Jo: MB-123456 may come back within 31 days."
        asked = client.post(f"/tickets/{ticket}", data=form, headers=HX)
        assert (asked.status_code, "“31 days”" in asked.text) == (422, True)
        assert 'name="checked"' in asked.text
        assert store(client).draft(draft)["outcome"] is None
        client.post(f"/tickets/{ticket}", data={**form, "checked": "on"}, headers=HX)
        outcome = store(client).draft(draft)["outcome"]
        assert outcome["action"] == "edited", "what was held back is never accepted as it was"
        assert outcome["sent"] == "Jo: [ORDER_1] may come back within 31 days."


@pytest.mark.parametrize(
    ("typed", "action"),
    [
        ({}, "accepted"),
        ({"sent": "Ahoy Jo! Tomorrow."}, "edited"),
        ({"action": "discard"}, "discarded"),
    ],
)
def test_an_answer_is_kept_as_what_it_was_and_the_next_ticket_opens(
    tmp_path: Path, typed: dict[str, str], action: str
) -> None:
    with desk_client(tmp_path) as client:
        ticket, draft = new_ticket(client)
        other, _ = new_ticket(client)
        client.cookies.set("desk_agent", "a7")
        form = {**form_of(client.get(f"/tickets/{ticket}").text), **typed}
        # as a browser writes it
        form["sent"] = form["sent"].replace("\n", "\r\n")
        answer = client.post(f"/tickets/{ticket}", data=form, headers=HX)
        assert answer.headers["HX-Redirect"] == f"/tickets/{other}?order=oldest&told={ticket}"
        outcome = store(client).draft(draft)["outcome"]
        assert (outcome["action"], outcome["agent"]) == (action, "a7")
        assert 0 <= outcome["seconds"] <= 3.5
        assert (outcome["sent"] is None) == (action == "discarded")
        last = client.post(
            f"/tickets/{other}", data=form_of(client.get(f"/tickets/{other}").text),
            follow_redirects=False,
        )  # fmt: skip
        assert (last.status_code, last.headers["location"]) == (303, f"/?told={other}")
        shown = client.get(f"/tickets/{ticket}").text
        assert "textarea" not in shown
        assert {"accepted": "Sent as drafted", "edited": "<ins>", "discarded": "Discarded"}[
            action
        ] in shown


def test_who_comes_second_is_told_and_overwrites_nothing(tmp_path: Path) -> None:
    with desk_client(tmp_path) as client:
        ticket, draft = new_ticket(client)
        form = form_of(client.get(f"/tickets/{ticket}").text)
        client.post(f"/tickets/{ticket}", data=form, headers=HX)
        again = client.post(f"/tickets/{ticket}", data={**form, "sent": "Mine"}, headers=HX)
        assert (again.status_code, "answered already" in again.text) == (422, True)
        assert "Mine</textarea>" in again.text
        assert store(client).draft(draft)["outcome"]["action"] == "accepted"


def test_whoever_loses_the_race_by_a_moment_is_told_too(tmp_path: Path) -> None:
    with desk_client(tmp_path) as client:
        ticket, draft = new_ticket(client)
        form = form_of(client.get(f"/tickets/{ticket}").text)
        # the other one's answer lands after this one was looked at: the key alone knows
        store(client).add_outcome(draft, {"csat": 1.0}, f"page:{draft}")
        late = client.post(f"/tickets/{ticket}", data={**form, "sent": "Mine"}, headers=HX)
        assert (late.status_code, "Somebody answered" in late.text) == (409, True)
        assert "Mine</textarea>" in late.text


def test_a_draft_of_another_ticket_is_not_taken(tmp_path: Path) -> None:
    with desk_client(tmp_path) as client:
        ticket, _ = new_ticket(client)
        _, draft = new_ticket(client)
        form = {"draft": draft, "sent": "x", "action": "send"}
        assert client.post(f"/tickets/{ticket}", data=form, headers=HX).status_code == 404
        assert client.post(f"/tickets/{ticket}/diff", data=form, headers=HX).status_code == 404


def test_the_diff_says_what_would_be_sent_instead(tmp_path: Path) -> None:
    with desk_client(tmp_path) as client:
        ticket, _ = new_ticket(client)
        form = form_of(client.get(f"/tickets/{ticket}").text)
        ask = f"/tickets/{ticket}/diff"
        assert "goes out as drafted" in client.post(ask, data=form).text
        form["sent"] = form["sent"].replace("30 days", "a month")
        told = client.post(ask, data=form).text
        assert "<del>30 days.</del><ins>a month.</ins>" in told
        assert "2 words out, 2 in" in told


def test_a_pasted_ticket_becomes_one_and_what_is_wrong_is_said(tmp_path: Path) -> None:
    with desk_client(tmp_path) as client:
        typed = {"conversation": "Customer: Where is MB-123456?", "customer": "Jo Smith"}
        made = client.post("/new", data=typed, headers=HX)
        assert re.fullmatch(r"/tickets/[0-9a-f]{32}", made.headers["HX-Redirect"])
        bad = client.post("/new", data={"conversation": "Agent: no", "subject": "Kept"}, headers=HX)
        assert (bad.status_code, 'value="Kept"' in bad.text) == (422, True)
        long = {**typed, "topic": "x" * 300}
        assert "topic: " in client.post("/new", data=long, headers=HX).text


def test_without_a_champion_the_page_says_why_and_loses_nothing(tmp_path: Path) -> None:
    with desk_client(tmp_path) as client:
        ticket, _ = new_ticket(client)
        champion(client)._served = None
        champion(client)._refused = refused("8", "its hash differs")
        page = client.get("/").text
        assert "No champion" in page
        assert "its hash differs" in page
        typed = {"conversation": "Where is it?"}
        new = client.post("/new", data=typed, headers=HX)
        assert (new.status_code, "Where is it?" in new.text) == (NoChampion.status, True)
        form = {**form_of(client.get(f"/tickets/{ticket}").text), "sent": "By hand"}
        answer = client.post(f"/tickets/{ticket}", data=form, headers=HX)
        # what an agent sent is kept whoever serves
        assert answer.status_code < 400


def test_an_agents_key_is_kept_for_this_desk_alone(tmp_path: Path) -> None:
    with desk_client(tmp_path) as client:
        assert "Who are you?" in client.get("/").text
        chosen = client.post("/agent", data={"key": " a7 "}, follow_redirects=False)
        cookie = chosen.headers["set-cookie"]
        assert cookie.startswith(
            "desk_agent=a7; HttpOnly; Max-Age=31536000; Path=/; SameSite=strict"
        )
        assert '<bdi class="key">a7</bdi>' in client.get("/").text
        for key in ("", "a b", "x" * 65, "<b>", "a;b", "é", "-a"):
            answer = client.post("/agent", data={"key": key}, follow_redirects=False)
            assert (answer.status_code, "set-cookie" in answer.headers) == (422, False)


def test_a_cookie_that_is_no_key_is_nobody(tmp_path: Path) -> None:
    with desk_client(tmp_path) as client:
        assert "Who are you?" in client.get("/", headers={"Cookie": "desk_agent=a%20b<x>"}).text


def test_news_count_what_came_since(tmp_path: Path) -> None:
    with desk_client(tmp_path) as client:
        new_ticket(client)
        assert "1 new" in client.get("/news", params={"since": "2026-01-01T00:00:00+00:00"}).text
        assert client.get("/news", params={"since": "2099-01-01T00:00:00+00:00"}).text.strip() == ""
        assert client.get("/news", params={"since": "never"}).status_code == 200


def test_a_page_turns_to_the_next_fifty(tmp_path: Path) -> None:
    with desk_client(tmp_path) as client:
        for number in range(51):
            new_ticket(client, subject=f"number {number}")
        first = client.get("/").text
        following = re.search(r'href="(/\?[^"]*after=[0-9a-f]{32})" rel="next"', first)
        assert following
        second = client.get(following[1].replace("&amp;", "&")).text
        assert (first.count('class="ticket"'), second.count('class="ticket"')) == (50, 1)
        assert "number 50" in second
        assert client.get("/?after=nowhere").status_code == 404


def test_what_the_page_needs_is_packed_with_it() -> None:
    import tomllib

    packed = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    found = {path for glob in packed["desk.page"] for path in Path("desk/page").glob(glob)}
    there = {
        path for path in Path("desk/page").rglob("*") if path.suffix not in ("", ".py", ".pyc")
    }
    assert there <= found


def test_what_is_vendored_says_its_version_and_licence() -> None:
    for folder, name in (("desk/page/static/vendor", "htmx-4.0.1"), ("tests/vendor", "axe-4.14.1")):
        script = Path(folder, f"{name}.min.js").read_text()
        assert name.split("-")[1] in script[:200]
        assert "sourceMappingURL" not in script
        assert Path(folder, f"{name}.LICENSE").read_text().strip()
