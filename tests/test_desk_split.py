"""A challenger that takes a share of the tickets: whose a ticket is, and who drafts if it fails."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from desk.desk import Desk
from desk.serving.split import drawn_for
from desk.store.tables import drafts
from drafter.errors import ParamsError
from drafter.generate import Generation, Prompt
from tests.desk_server import serving, until
from tests.desks import beside, desk_params, make_desk
from tests.live_drafters import Says
from tests.slow_drafters import Gated

CHAMPION, CHALLENGER = "Ahoy! The champion's.", "Ahoy! The challenger's."


def ticket(number: int, text: str = "Where is my tent?") -> dict[str, Any]:
    return {"messages": [{"role": "customer", "text": text}], "external_id": f"T-{number}"}


def is_challengers(number: int, share: float = 0.5) -> bool:
    return drawn_for(ticket(number), "8") < share


ITS_OWN = [number for number in range(40) if is_challengers(number)]
OTHERS = [number for number in range(40) if not is_challengers(number)]


@contextmanager
def split(folder: Path, challenger: Any, **more: Any) -> Iterator[tuple[Desk, str]]:
    desk = make_desk(
        folder, Says(CHAMPION), challenger=challenger, challenger_params=beside("split", **more)
    )
    with serving(desk) as address:
        yield desk, address


def ask(address: str, number: int) -> dict[str, Any]:
    answer = httpx.post(f"{address}/v1/drafts", json=ticket(number), timeout=20)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def kept(desk: Desk) -> list[tuple[str, str, str | None]]:
    """Role, version and `instead_of` of each draft, oldest first."""
    asked = select(drafts.c.role, drafts.c.version, drafts.c.instead_of)
    with desk.store.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(asked.order_by(drafts.c.created_at))]


def missed(address: str, why: str) -> float:
    lines = httpx.get(f"{address}/metrics").text.splitlines()
    name = f'desk_challenger_missed_total{{why="{why}"}} '
    return sum(float(line.removeprefix(name)) for line in lines if line.startswith(name))


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_of_four_thousand_tickets_its_share_is_the_challengers(share: float) -> None:
    many = 4000
    mine = sum(is_challengers(number, share) for number in range(many))
    bound = 4 * (many * share * (1 - share)) ** 0.5
    assert abs(mine - many * share) < bound


def test_a_follow_up_is_on_the_side_of_its_conversation() -> None:
    for number in range(50):
        first = ticket(number)
        talk = [*first["messages"], {"role": "agent", "text": "At home?"}]
        follow_up = {**first, "messages": [*talk, {"role": "customer", "text": f"No {number}"}]}
        assert drawn_for(follow_up, "8") == drawn_for(first, "8")
        unnamed = {**first, "external_id": None, "customer": f"c-{number}"}
        assert drawn_for({**follow_up, **unnamed, "messages": talk}, "8") == drawn_for(unnamed, "8")


def test_each_challenger_draws_anew_and_a_larger_share_keeps_what_it_had() -> None:
    both = sum(drawn_for(ticket(n), "8") < 0.5 and drawn_for(ticket(n), "9") < 0.5
               for n in range(4000))  # fmt: skip
    assert abs(both - 1000) < 4 * 750**0.5, "the sides of two challengers have nothing in common"
    assert all(is_challengers(n, 0.5) for n in range(1000) if is_challengers(n, 0.1))


def test_each_side_is_drafted_by_its_own_version_and_told_as_such(tmp_path: Path) -> None:
    with split(tmp_path, Says(CHALLENGER)) as (desk, address):
        with ThreadPoolExecutor(8) as pool:
            answers = dict(enumerate(pool.map(lambda n: ask(address, n), range(40))))
        for number, answer in answers.items():
            mine = number in ITS_OWN
            assert answer["version"] == ("8" if mine else "7")
            assert answer["draft"] == (CHALLENGER if mine else CHAMPION), "no version is mixed"
        rows = kept(desk)
        health = httpx.get(f"{address}/health").json()
    assert sorted(rows, key=str) == sorted(
        [("challenger", "8", None)] * len(ITS_OWN) + [("champion", "7", None)] * len(OTHERS),
        key=str,
    )
    assert health["challenger"]["mode"] == "split"
    assert (health["challenger"]["version"], health["challenger"]["share"]) == ("8", 0.5)


def test_the_page_says_which_version_drafted_once_the_agent_has_judged(tmp_path: Path) -> None:
    with split(tmp_path, Says(CHALLENGER)) as (desk, address):
        answer = ask(address, ITS_OWN[0])
        page = f"{address}/tickets/{desk.store.draft(answer['id'])['ticket']['id']}"
        assert "by-version" not in httpx.get(page).text
        outcome = f"{address}/v1/drafts/{answer['id']}/outcome"
        assert httpx.post(outcome, json={"action": "accepted"}).status_code == 201
        assert "Version <bdi>8</bdi>" in httpx.get(page).text
        assert "drafts 50 of 100 tickets in its place" in httpx.get(address).text


class Raises:
    """Its error holds what the customer wrote."""

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]:
        raise ValueError(f"can't read {prompts[0].question!r}")


@pytest.mark.parametrize("broken", [Raises(), Says("", failed="HTTP 500")])
def test_where_the_challengers_draft_fails_the_champion_drafts(
    tmp_path: Path, broken: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with split(tmp_path, broken) as (desk, address):
        for number in ITS_OWN[:3]:
            assert ask(address, number)["draft"] == CHAMPION
        assert missed(address, "failed") == 3
        assert kept(desk) == [("champion", "7", "8")] * 3
    assert "my tent" not in caplog.text


def test_a_draft_that_the_guard_holds_back_is_the_challengers_own_doing(tmp_path: Path) -> None:
    with split(tmp_path, Says("It may come back within 31 days.")) as (desk, address):
        answer = ask(address, ITS_OWN[0])
        assert (answer["version"], answer["reason"]) == ("8", "guard: claims")
        assert kept(desk) == [("challenger", "8", None)]


def test_who_waits_for_a_challenger_that_hangs_gets_the_champions_draft_and_others_at_once(
    tmp_path: Path,
) -> None:
    gate = Gated(CHALLENGER)
    with split(tmp_path, gate, seconds=0.5) as (desk, address):
        try:
            begun = time.monotonic()
            assert ask(address, ITS_OWN[0])["draft"] == CHAMPION
            assert 0.5 <= time.monotonic() - begun < 5
            begun = time.monotonic()
            for number in (*ITS_OWN[1:6], *OTHERS[:5]):
                assert ask(address, number)["draft"] == CHAMPION
            assert time.monotonic() - begun < 5, "nobody waits for it again"
            assert (missed(address, "late"), missed(address, "rests")) == (1, 5)
            assert kept(desk) == [("champion", "7", "8")] * 6 + [("champion", "7", None)] * 5
            assert httpx.get(f"{address}/health").status_code == 200
        finally:
            gate.gate.set()


def test_while_the_challenger_is_stuck_the_champions_own_tickets_wait_for_nothing(
    tmp_path: Path,
) -> None:
    gate = Gated(CHALLENGER)
    with (
        split(tmp_path, gate, seconds=15.0, queue=2) as (_, address),
        ThreadPoolExecutor(16) as pool,
    ):
        try:
            stuck = [pool.submit(ask, address, number) for number in ITS_OWN[:8]]
            until(gate.begun.is_set)
            begun = time.monotonic()
            assert {ask(address, number)["version"] for number in OTHERS[:10]} == {"7"}
            assert time.monotonic() - begun < 5
            until(lambda: missed(address, "full") > 0)
        finally:
            gate.gate.set()
        versions = [one.result()["version"] for one in stuck]
    assert set(versions) == {"7", "8"}, "beyond its queue tickets are the champion's at once"


def test_a_desk_whose_challenger_hangs_ends_all_the_same(tmp_path: Path) -> None:
    gate = Gated(CHALLENGER)
    with split(tmp_path, gate, seconds=1.0) as (desk, address):
        asked = threading.Thread(target=ask, args=(address, ITS_OWN[0]))
        asked.start()
        until(gate.begun.is_set)
        begun = time.monotonic()
    assert time.monotonic() - begun < 10
    asked.join()
    assert kept(desk) == [("champion", "7", "8")], "who waited was answered"
    gate.gate.set()


def test_a_stream_of_the_challengers_side_is_like_any_other(tmp_path: Path) -> None:
    with split(tmp_path, Says(CHALLENGER)) as (_, address):
        url, own = f"{address}/v1/drafts?stream=true", ticket(ITS_OWN[0])
        told = httpx.post(url, json=own, timeout=20).text
        assert told.index("event: drafting") < told.index("event: draft\n")
        assert '"version":"8"' in told


def test_a_challenger_that_leaves_the_champion_no_time_is_refused_by_name() -> None:
    with pytest.raises((ValueError, ParamsError), match=r"challenger\.seconds 30 leaves"):
        desk_params(challenger=beside("split", seconds=30.0))


def test_off_as_yaml_reads_it_is_off() -> None:
    assert desk_params(challenger=beside(False)).challenger.mode == "off"  # type: ignore[arg-type]
    assert desk_params().challenger.mode == "off"
