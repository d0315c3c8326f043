"""What a browser draws of injected drafts: each mark is seen, and nothing of them is fetched."""

from pathlib import Path

import httpx
import pytest

from desk.serving.served import Served
from tests.browsers import chromium, served, tab
from tests.desks import make_desk
from tests.injections import letters, ticket
from tests.injections.obedient import Obedient, orders
from tests.live_drafters import CLAUSE, live

pytestmark = pytest.mark.slow
# The place of each mark as it is drawn; an empty box would be a mark that nobody sees.
DRAWN = """() => [...document.querySelectorAll("#held mark, #check mark")].map((mark) => {
    const box = mark.getBoundingClientRect();
    return [mark.textContent, box.width > 0 && box.height > 0];
})"""


def test_marks_are_drawn_and_no_link_or_picture_of_a_draft_is_fetched(tmp_path: Path) -> None:
    some = [letter for letter in letters() if letter.kind != "promise"][::6]
    tickets = [ticket(letter) for letter in some]
    desk = make_desk(tmp_path, wait_ms=0)
    written = orders(some, tickets, "echoed", live(Obedient([]), [CLAUSE]))
    desk.champion._served = Served("7", "obedient", live(Obedient(written), [CLAUSE]))
    with chromium() as browser, served(desk) as address, tab(browser, address) as (page, seen):
        for letter, asked in zip(some, tickets, strict=True):
            draft = httpx.post(f"{address}/v1/drafts", json=asked).json()["id"]
            page.goto(f"/tickets/{desk.store.draft(draft)['ticket']['id']}")
            marks = page.evaluate(DRAWN)
            assert marks, letter
            assert all(drawn for words, drawn in marks if words.strip()), letter
        assert seen.errors == []
        assert seen.hosts == {address.removeprefix("http://")}
