"""Whatever stands in a ticket, a draft or a policy is shown as text and does nothing."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from desk.app import create_app
from desk.desk import Desk
from tests.browsers import chromium, served, tab
from tests.hostile_desks import ENDINGS, hostile_desk, plant, rename
from tests.xss_payloads import PAYLOADS

PLAIN = "an ordinary text"


class Shape(HTMLParser):
    """The elements of a page with the names of their attributes, and what its links point to."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, ...]] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *(name for name, _ in attrs)))
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]


def shapes(client: TestClient, text: str) -> Iterator[tuple[str, Shape]]:
    """Each page over a desk that holds `text` wherever it shows something."""
    desk: Desk = client.app.state.desk  # type: ignore[attr-defined]
    rename(desk, text)
    tickets = {ending: plant(desk, text, ending) for ending in ENDINGS}
    drafts = {ending: desk.inbox.draft_of(ticket) for ending, ticket in tickets.items()}

    def got(path: str, **asked: str) -> Shape:
        return shape_of(client.get(path, params=asked).text)

    def told(path: str, **typed: str) -> Shape:
        return shape_of(client.post(path, data=typed).text)

    yield "inbox", got("/")
    yield "done", got("/", show="done")
    yield "inbox as asked", got("/", told=text, order=text, show=text)
    yield "inbox after it", got("/", told=tickets["edited"])
    yield "serving", got("/serving")
    yield "no page", got("/", after=text)
    for ending, ticket in tickets.items():
        yield ending, got(f"/tickets/{ticket}", order=text, told=text)
    yield (
        "new",
        told("/new", subject=text, conversation=f"Agent: {text}", customer=text, topic=text),
    )
    yield "agent", told("/agent", key=f"?{text}")
    for ending in ("ready", "held"):
        typed = {"draft": drafts[ending], "sent": f"{text} {text} new", "order": text}
        yield f"diff of {ending}", told(f"/tickets/{tickets[ending]}/diff", **typed)
    yield (
        "answered twice",
        told(f"/tickets/{tickets['accepted']}", draft=drafts["accepted"], sent=text, order=text),
    )
    yield (
        "still marked",
        told(f"/tickets/{tickets['held']}", draft=drafts["held"], sent=text, order=text),
    )


def shape_of(page: str) -> Shape:
    shape = Shape()
    shape.feed(page)
    return shape


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    return TestClient(create_app(hostile_desk(tmp_path_factory.mktemp("hostile"))))


@pytest.fixture(scope="module")
def ordinary(client: TestClient) -> dict[str, Shape]:
    return dict(shapes(client, PLAIN))


def test_there_are_sixty_payloads() -> None:
    assert len(set(PAYLOADS)) == 60


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_in_every_field_adds_no_element_and_no_attribute(
    payload: str, ordinary: dict[str, Shape], client: TestClient
) -> None:
    for name, shape in shapes(client, payload):
        assert shape.elements == ordinary[name].elements, name
        for link in shape.links:
            assert link.startswith(("/", "#", "https://ok.example/")), f"{name}: {link}"
            assert not link.startswith("//"), f"{name}: {link}"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_of_it_runs_in_a_browser(tmp_path: Path) -> None:
    """All payloads in one desk, each page opened, each draft edited; a canary would tell."""
    desk = hostile_desk(tmp_path)
    rename(desk, PAYLOADS[0])
    tickets = [
        (ending, plant(desk, payload, ending)) for payload in PAYLOADS for ending in ENDINGS[:4]
    ]
    with chromium() as browser, served(desk) as address, tab(browser, address) as (page, seen):
        for path in ("/", "/?order=newest", "/?show=done", "/?show=done&order=oldest", "/new"):
            page.goto(path)
        for ending, ticket in tickets:
            page.goto(f"/tickets/{ticket}")
            for chip in page.locator(".chip").all()[:1]:
                chip.focus()
            if ending == "ready":
                with page.expect_response(lambda answer: answer.url.endswith("/diff")):
                    page.locator("#sent").press_sequentially("!")
            assert page.evaluate("window.__ran") == [], ticket
        assert seen.errors == []
        assert seen.hosts == {address.removeprefix("http://")}
