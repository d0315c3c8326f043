"""A draft as events: nothing of it leaves before the guard has seen the whole."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
from hypothesis import given
from hypothesis import strategies as st

from desk.api.pieces import pieces
from tests.desk_server import serving, until
from tests.desks import TICKET, make_desk
from tests.live_drafters import Says
from tests.slow_drafters import Chokes, Gated

Event = tuple[str, dict[str, Any]]


def events(address: str, ticket: dict[str, Any], **how: Any) -> Iterator[Event]:
    """The events as they come."""
    with httpx.stream("POST", f"{address}/v1/drafts", json=ticket, timeout=20, **how) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        name = ""
        for line in answer.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))


def test_a_draft_comes_as_events_whose_pieces_are_the_draft(tmp_path: Path) -> None:
    with serving(make_desk(tmp_path)) as address:
        for how in ({"params": {"stream": "true"}}, {"headers": {"Accept": "text/event-stream"}}):
            came = list(events(address, TICKET, **how))
            names = [name for name, _ in came]
            assert names[:2] == ["queued", "drafting"]
            assert set(names[2:-1]) == {"draft"}
            _, whole = came[-1]
            assert names[-1] == "done"
            assert "".join(data["text"] for name, data in came if name == "draft") == whole["draft"]
            assert whole == httpx.get(f"{address}/v1/drafts/{whole['id']}").json()


def test_what_the_guard_holds_back_leaves_in_no_piece(tmp_path: Path) -> None:
    with serving(make_desk(tmp_path, Says("[ORDER_1] may come back within 31 days."))) as address:
        came = list(events(address, TICKET, params={"stream": "true"}))
        assert [name for name, _ in came] == ["queued", "drafting", "done"]
        assert came[-1][1]["reason"] == "guard: claims"


def test_who_waits_is_told_its_place_as_it_moves_up(tmp_path: Path) -> None:
    gate = Gated()
    desk = make_desk(tmp_path, gate, batch=1)
    with serving(desk) as address, ThreadPoolExecutor(3) as pool:
        streams = []
        for number in range(3):
            streams.append(
                pool.submit(lambda: list(events(address, TICKET, params={"stream": "true"})))
            )
            until(gate.begun.is_set)
            until(lambda n=number: desk.batcher.waiting == n)  # type: ignore[misc]
        gate.gate.set()
        places = [[d["place"] for name, d in s.result() if name == "queued"] for s in streams]
        assert [told[0] for told in places] == [0, 0, 1]
        assert all(stream.result()[-1][0] == "done" for stream in streams)


def test_what_goes_wrong_is_the_last_event(tmp_path: Path) -> None:
    choke = {"messages": [{"role": "customer", "text": "choke, privately"}]}
    with serving(make_desk(tmp_path, Chokes())) as address:
        *_, (name, data) = events(address, choke, params={"stream": "true"})
        assert (name, data["status"]) == ("error", 502)
        assert "privately" not in data["detail"]


def test_a_stream_that_waits_too_long_ends_with_504(tmp_path: Path) -> None:
    gate = Gated()
    with serving(make_desk(tmp_path, gate, batch=1, draft_seconds=0.3)) as address:
        came = list(events(address, TICKET, params={"stream": "true"}))
        gate.gate.set()
    assert (came[-1][0], came[-1][1]["status"]) == ("error", 504)


@given(st.text())
def test_pieces_joined_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text


def test_no_piece_ends_within_a_word() -> None:
    text = "A parcel to Norway arrives within 12 working days, says [NAME_1] of the crew. " * 3
    cut = list(pieces(text))
    assert len(cut) > 3
    assert all(piece.endswith(" ") for piece in cut)
