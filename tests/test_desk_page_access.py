"""Whether everybody can use the page: axe-core's rules for WCAG 2.2 AA, in light and dark, wide and
narrow, over each state that the page can be in.
"""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page

from desk.desk import Desk
from tests.browsers import chromium, desk_as_asked, served, tab, ticket
from tests.desks import refused

AXE = Path(__file__).parent / "vendor/axe-4.14.1.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
FINE = "Ahoy [NAME_1]! [ORDER_1] may come back within 30 days."
WRONG = "Ahoy [NAME_1]! It may come back within 31 days for $99. W" + "o" * 90 + "w."

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def broken(page: Page) -> list[str]:
    """What axe finds, with the place; contrast is computed from the colours as they are drawn."""
    found = page.evaluate(
        "(rules) => axe.run(document, { runOnly: rules }).then((done) => done.violations)",
        list(RULES),
    )
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


def states(page: Page, address: str, desk: Desk) -> Iterator[str]:
    """Bring the page into each state it can be in, and give the state's name."""

    def asked(says: str, subject: str) -> str:
        sent = httpx.post(
            f"{address}/v1/drafts", json=ticket(says, subject=subject, topic="returns")
        )
        return str(desk.store.draft(sent.json()["id"])["ticket"]["id"])

    page.goto("/")
    yield "an empty inbox"
    fine, wrong, failed, last = (
        asked(says, f"{says[:9]} {'subject' * 20}") for says in (FINE, WRONG, " ", FINE)
    )
    marked = asked("You owe 77 euros.", "Do I owe 77 euros?")
    for path, name in (("/", "an inbox"), ("/new", "a form"), ("/agent", "the agent's key")):
        page.goto(path)
        yield name
    page.keyboard.press("Escape")
    page.goto("/")
    page.keyboard.press("j")
    yield "a row in focus"
    page.keyboard.press("?")
    yield "the help"
    page.goto(f"/tickets/{fine}")
    page.keyboard.press("2")
    yield "a draft and a clause"
    page.locator("#sent").fill("Something else.")
    page.locator("#diff ins").wait_for()
    yield "an edited draft"
    page.keyboard.press("Control+Enter")
    page.locator(".flash").wait_for()
    yield "after sending"
    page.goto(f"/tickets/{fine}")
    yield "what was sent"
    page.goto(f"/tickets/{wrong}")
    yield "a draft that is held back"
    page.keyboard.press("t")
    page.keyboard.press("Control+Enter")
    page.locator(".problem").wait_for()
    yield "a draft that is still marked"
    page.goto(f"/tickets/{failed}")
    yield "a draft that failed"
    page.goto(f"/tickets/{marked}")
    assert page.locator("#check .soft-mark").count() == 1
    yield "a draft with somebody else's word in it"
    page.goto(f"/tickets/{last}")
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    page.wait_for_url("**told=**")
    page.goto("/?show=done")
    yield "what is done"
    page.goto("/tickets/nowhere")
    yield "a ticket that is not there"
    desk.champion._served = None
    desk.champion._refused = refused("8", "its hash differs from the evidence's " + "0" * 64)
    page.goto("/")
    page.locator(".serving summary").click()
    yield "no champion"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_no_state_of_the_page_breaks_a_rule_or_sticks_out(
    browser: Browser, tmp_path: Path, width: int, scheme: str
) -> None:
    desk = desk_as_asked(tmp_path)
    with served(desk) as address, tab(browser, address, width, scheme) as (page, seen):
        page.context.add_init_script(path=AXE)
        found = {}
        for name in states(page, address, desk):
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if problems := broken(page) + ([f"{wide} px too wide"] if wide > 0 else []):
                found[name] = problems
        assert found == {}
        assert [error for error in seen.errors if "404" not in error] == []


def test_letters_twice_as_large_and_forced_colours_leave_it_usable(
    browser: Browser, tmp_path: Path
) -> None:
    desk = desk_as_asked(tmp_path)
    with (
        served(desk) as address,
        tab(browser, address, 640, forced_colors="active", reduced_motion="reduce") as (page, _),
    ):
        httpx.post(f"{address}/v1/drafts", json=ticket(WRONG))
        page.goto("/")
        page.locator("#tickets a").first.click()
        page.wait_for_load_state()
        page.evaluate("document.documentElement.style.fontSize = '30px'")
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0
        assert page.get_by_role("button", name="Send").is_visible()
