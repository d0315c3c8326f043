"""A desk that a real browser can open, and Debian's chromium to open it with."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from desk.app import create_app
from desk.desk import Desk
from desk.serving.served import Served
from drafter.live import LiveDraft
from tests.desks import make_desk
from tests.live_drafters import CLAUSE, Says, live

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)
SHIPPING = {
    "chunk_id": "shipping#2",
    "doc_id": "shipping",
    "title": "Shipping",
    "clause": "2",
    "text": "Shipping: a parcel arrives within 5 working days.",
    "url": "https://help.example/shipping",
}
# what a browser tells of the policy that a page came with
CANARY = """
window.__ran = [];
for (const name of ["alert", "confirm", "prompt", "print"])
    window[name] = (...told) => { window.__ran.push([name, ...told.map(String)]); };
document.addEventListener("securitypolicyviolation", (event) =>
    console.error("CSP: " + event.violatedDirective + " " + event.blockedURI));
"""


class AsAsked:
    """Writes what a ticket's `external_id` says, citing both clauses."""

    def write(self, tickets: Any) -> list[LiveDraft]:
        return [draft for ticket in tickets for draft in self._one(ticket)]

    def hide_reply(self, reply: str, values: Any) -> Any:
        return live(Says(""), [CLAUSE]).hide_reply(reply, values)

    def _one(self, ticket: Any) -> list[LiveDraft]:
        drafts = live(Says(ticket["external_id"] or "It is blue."), [CLAUSE]).write([ticket])
        return [replace(draft, citations=(CLAUSE, SHIPPING)) for draft in drafts]


@dataclass
class Seen:
    """What a page did that it must not."""

    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    """The desk on a free port of loopback; gives its address."""
    config = uvicorn.Config(create_app(desk), host="127.0.0.1", port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the desk did not start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not there: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@contextmanager
def tab(
    browser: Browser, address: str, width: int = 1280, scheme: Any = "light", **more: Any
) -> Iterator[tuple[Page, Seen]]:
    """A page of its own, and what it did that it must not."""
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": 800}, color_scheme=scheme, **more
    )
    context.add_init_script(CANARY)
    page, seen = context.new_page(), Seen()
    page.set_default_timeout(PATIENCE_MS)
    page.on("console", lambda said: _hear(seen, said))
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("dialog", lambda asked: (seen.errors.append(asked.message), asked.dismiss()))
    page.on("request", lambda asked: seen.hosts.add(asked.url.split("/")[2]))
    try:
        yield page, seen
    finally:
        context.close()


def _hear(seen: Seen, said: Any) -> None:
    # a form that comes back with what is wrong is a 422, which chromium calls an error
    if said.type in ("error", "warning") and "status of 422" not in said.text:
        seen.errors.append(said.text)


def desk_as_asked(folder: Path) -> Desk:
    """A desk whose drafts say what their tickets ask for."""
    desk = make_desk(folder)
    desk.champion._served = Served("7", "sft-rag", AsAsked())
    return desk


def ticket(says: str, **more: Any) -> dict[str, Any]:
    """A ticket for which `says` is drafted."""
    asked = {"role": "customer", "text": "Hello, where is MB-123456? It is late."}
    return {"messages": [asked], "names": ["Jo Smith", "Ann"], "external_id": says, **more}
