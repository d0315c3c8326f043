"""The page in a real browser, worked as an agent works it: mostly by keyboard, at two widths."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from desk.desk import Desk
from tests.browsers import Seen, chromium, desk_as_asked, served, tab, ticket

FINE = "Ahoy [NAME_1]! [ORDER_1] may come back within 30 days."
WRONG = "Ahoy [NAME_1]! [ORDER_1] may come back within 31 days."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_as_asked(tmp_path)


def ask(address: str, says: str, **more: Any) -> dict[str, Any]:
    asked = httpx.post(f"{address}/v1/drafts", json=ticket(says, **more))
    return dict(asked.raise_for_status().json())


def clean(seen: Seen, address: str) -> None:
    assert seen.errors == []
    assert seen.hosts == {address.removeprefix("http://")}, "a page asks nobody but its own desk"


def arrived(page: Page, heading: str) -> None:
    """The ticket is there, and its script has run: a key pressed before does nothing."""
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    page.wait_for_load_state()


def fits(page: Page) -> None:
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0, "nothing sticks out to the side"


@pytest.mark.parametrize("width", [1280, pytest.param(400, marks=pytest.mark.slow)])
def test_an_agent_works_the_inbox_by_keyboard(browser: Browser, desk: Desk, width: int) -> None:
    with served(desk) as address, tab(browser, address, width) as (page, seen):
        first, second, third = (
            ask(address, says, subject=subject)
            for says, subject in ((FINE, "Returns"), (WRONG, "A stove"), (FINE, "A rope"))
        )
        page.context.add_cookies([{"name": "desk_agent", "value": "a7", "url": address}])
        page.goto("/")
        expect(page.locator("#tickets .ticket")).to_have_count(3)
        fits(page)
        page.keyboard.press("j")
        expect(page.locator("#tickets .ticket").first).to_be_focused()
        page.keyboard.press("j")
        page.keyboard.press("k")
        page.keyboard.press("Enter")

        arrived(page, "Returns")
        fits(page)
        expect(page.locator("#clause-1")).to_be_visible()
        page.keyboard.press("2")
        expect(page.locator("#clause-2")).to_be_visible()
        expect(page.locator("#clause-2")).to_contain_text("within 5 working days")
        expect(page.locator("#clause-1")).to_be_hidden()
        link = page.locator("#clause-2 a")
        expect(link).to_have_attribute("href", "https://help.example/shipping")
        page.keyboard.press("e")
        expect(page.locator("#sent")).to_be_focused()
        page.keyboard.type(" Jolly good.")
        expect(page.locator("#diff ins")).to_have_text("days. Jolly good.")
        expect(page.locator("#diff")).to_contain_text("1 word out, 3 in")
        page.keyboard.press("Control+Enter")

        arrived(page, "A stove")
        expect(page.locator(".flash")).to_have_text("Sent, edited: Returns")
        expect(page.locator("mark")).to_have_text("31 days")
        expect(page.locator("#why-1")).to_contain_text("claims")
        expect(page.locator("#sent")).to_have_value("")
        fits(page)
        page.keyboard.press("t")
        expect(page.locator("#sent")).to_have_value(
            "Ahoy Jo Smith! MB-123456 may come back within 31 days."
        )
        page.keyboard.press("Control+Enter")
        expect(page.locator(".problem")).to_contain_text("“31 days”")
        expect(page.locator("[name=checked]")).to_be_focused()
        page.locator("#sent").fill("Ahoy Jo! It may come back within 30 days.")
        page.keyboard.press("Control+Enter")

        arrived(page, "A rope")
        page.keyboard.press("x")
        expect(page.locator("#discard")).to_be_focused()
        expect(page.locator("#armed")).to_have_text("Enter discards")
        page.keyboard.press("Enter")

        expect(page.get_by_text("Nobody waits for a reply.")).to_be_visible()
        page.locator(".flash a").click()
        expect(page.locator(".state")).to_have_text("Discarded")
        clean(seen, address)

    told = [desk.store.draft(draft["id"])["outcome"] for draft in (first, second, third)]
    assert [outcome["action"] for outcome in told] == ["edited", "edited", "discarded"]
    assert {outcome["agent"] for outcome in told} == {"a7"}
    assert 0 < told[0]["seconds"] < 60
    assert told[0]["sent"] == f"{FINE} Jolly good."


@pytest.mark.slow
def test_what_is_sent_unchanged_is_accepted_and_shown_as_such(browser: Browser, desk: Desk) -> None:
    with served(desk) as address, tab(browser, address) as (page, seen):
        draft = ask(address, f"{FINE}\n\nYours,\n[NAME_2]", subject="Returns")
        page.goto("/")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        arrived(page, "Returns")
        page.locator(".chip").nth(1).hover()
        expect(page.locator("#clause-2")).to_be_visible()
        expect(page.locator("#diff")).to_contain_text("it goes out as drafted")
        page.keyboard.press("Control+Enter")
        page.locator(".flash a").click()
        expect(page.locator(".state")).to_have_text("Sent as drafted")
        clean(seen, address)
    assert desk.store.draft(draft["id"])["outcome"]["action"] == "accepted"


@pytest.mark.slow
def test_keys_can_be_switched_off_and_the_help_says_what_they_do(
    browser: Browser, desk: Desk
) -> None:
    with served(desk) as address, tab(browser, address) as (page, seen):
        ask(address, FINE)
        page.goto("/")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
        page.keyboard.press("j")
        expect(page.locator("#tickets .ticket").first).not_to_be_focused()
        page.get_by_label("Single keys do something").uncheck()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        page.reload()
        page.keyboard.press("j")
        expect(page.locator("#tickets .ticket").first).not_to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Waiting", exact=True)).to_be_focused()
        clean(seen, address)


@pytest.mark.slow
def test_a_ticket_tried_by_hand_is_drafted_and_nothing_that_was_typed_is_lost(
    browser: Browser, desk: Desk
) -> None:
    with served(desk) as address, tab(browser, address) as (page, seen):
        page.goto("/new")
        page.get_by_label("Conversation").fill("Customer: Hi\nAgent: Hello")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".problem")).to_contain_text("must be the customer's")
        page.get_by_label("Conversation").fill("Customer: Hi\nCustomer: Which colour is it?")
        page.get_by_label("Customer's name").fill("Jo Smith")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#sent")).to_have_value("It is blue.")
        expect(page.locator(".message")).to_have_count(2)
        clean(seen, address)


@pytest.mark.slow
def test_nothing_jumps_while_an_agent_reads_and_writes(browser: Browser, desk: Desk) -> None:
    with served(desk) as address, tab(browser, address) as (page, seen):
        ask(address, FINE)
        page.goto("/")
        page.locator("#tickets a").first.click()
        page.wait_for_load_state()
        page.evaluate("""window.__jumps = []; new PerformanceObserver((list) => {
            for (const jump of list.getEntries()) window.__jumps.push(jump.value);
        }).observe({ type: "layout-shift", buffered: true });""")
        page.keyboard.press("2")
        page.keyboard.press("e")
        for word in ("one ", "two ", "three "):
            page.keyboard.type(word)
            page.wait_for_timeout(250)
        expect(page.locator("#diff ins")).to_contain_text("three")
        assert sum(page.evaluate("window.__jumps")) == 0
        clean(seen, address)


@pytest.mark.slow
def test_a_finger_reads_a_citation_and_sends(browser: Browser, desk: Desk) -> None:
    with served(desk) as address, tab(browser, address, 400, has_touch=True) as (page, seen):
        ask(address, FINE)
        page.goto("/")
        page.locator("#tickets a").first.tap()
        page.locator(".chip").nth(1).tap()
        expect(page.locator("#clause-2")).to_be_visible()
        page.get_by_role("button", name="Send").tap()
        expect(page.get_by_text("Nobody waits for a reply.")).to_be_visible()
        clean(seen, address)


@pytest.mark.slow
@pytest.mark.parametrize("script", [True, False])
def test_a_form_says_that_it_comes_from_this_desk_and_works_without_script(
    browser: Browser, desk: Desk, script: bool
) -> None:
    """`Origin` is `null` under Referrer-Policy no-referrer; `Sec-Fetch-Site` is there."""
    with (
        served(desk) as address,
        tab(browser, address, java_script_enabled=script) as (page, seen),
    ):
        draft = ask(address, FINE)
        page.goto("/")
        page.locator("#tickets a").first.click()
        page.locator("#sent").fill("It may come back within 30 days.")
        with page.expect_request(
            lambda asked: asked.method == "POST" and "diff" not in asked.url
        ) as asked:
            page.get_by_role("button", name="Send").click()
        assert asked.value.all_headers()["sec-fetch-site"] == "same-origin"
        expect(page.get_by_text("Nobody waits for a reply.")).to_be_visible()
        clean(seen, address)
    assert desk.store.draft(draft["id"])["outcome"]["action"] == "edited"


@pytest.mark.slow
def test_of_two_agents_on_one_ticket_the_second_is_told(browser: Browser, desk: Desk) -> None:
    with (
        served(desk) as address,
        tab(browser, address) as (one, seen),
        tab(browser, address) as (other, _),
    ):
        draft = ask(address, FINE)
        for page in (one, other):
            page.goto("/")
            page.locator("#tickets a").first.click()
        one.get_by_role("button", name="Send").click()
        expect(one.get_by_text("Nobody waits for a reply.")).to_be_visible()
        other.locator("#sent").fill("Mine is better.")
        other.get_by_role("button", name="Send").click()
        expect(other.locator(".problem")).to_contain_text("answered already")
        expect(other.locator("#sent")).to_have_value("Mine is better.")
        clean(seen, address)
    assert desk.store.draft(draft["id"])["outcome"]["action"] == "accepted"


@pytest.mark.slow
def test_what_was_written_stays_where_the_desk_is_away_or_refuses(
    browser: Browser, desk: Desk
) -> None:
    with served(desk) as address, tab(browser, address) as (page, _):
        draft = ask(address, FINE)
        page.goto("/")
        page.locator("#tickets a").first.click()
        page.locator("#sent").fill("Mine.")
        page.locator("#diff ins").wait_for()
        refusal = {"status": 403, "json": {"detail": "no"}}
        for answer, said in (
            (lambda route: route.abort(), "The desk does not answer."),
            (lambda route: route.fulfill(**refusal), "The desk could not do that (403)."),
        ):
            page.route("**/tickets/*", answer)
            page.get_by_role("button", name="Send").click()
            expect(page.locator("#trouble")).to_contain_text(said)
            expect(page.locator("#trouble")).to_be_visible()
            expect(page.locator("#sent")).to_have_value("Mine.")
            page.unroute("**/tickets/*")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("Nobody waits for a reply.")).to_be_visible()
    assert desk.store.draft(draft["id"])["outcome"]["sent"] == "Mine."
