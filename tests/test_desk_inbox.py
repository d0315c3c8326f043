"""The inbox of the store: what waits, what is done, fifty at a time, without reading the rest."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event, insert, text

from desk.errors import UnknownTicket
from desk.store.engine import migrate, open_engine
from desk.store.feedback import FeedbackStore
from desk.store.inbox import PAGE, Inbox
from desk.store.tables import drafts, tickets

START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(open_engine(f"sqlite:///{tmp_path / 'feedback.db'}"))


def ticket(minute: int) -> dict[str, Any]:
    return {
        "source": "api", "names": [], "messages": [{"role": "customer", "text": "Hi"}],
        "at": START, "placeholders": {}, "received_at": START + timedelta(minutes=minute),
        "subject": f"number {minute}",
    }  # fmt: skip


def draft(role: str = "champion", reason: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "role": role, "version": "7", "candidate": "sft-rag", "subject": "", "messages": ["Hi"],
        "text": role, "citations": [], "findings": [], "abstained": reason is not None,
        "reason": reason, "seconds": 0.1, "tokens_in": 1, "tokens_out": 1, "cost_usd": 0.0, **more,
    }  # fmt: skip


def subjects(rows: list[dict[str, Any]]) -> list[str]:
    return [row["subject"].removeprefix("number ") for row in rows]


def test_every_ticket_stands_on_one_page_in_order(store: FeedbackStore) -> None:
    for minute in range(PAGE + 7):
        store.add_draft(ticket(minute // 2), draft())
    inbox = Inbox(store.engine)
    first = inbox.page("waiting", "oldest")
    rest = inbox.page("waiting", "oldest", first[-1]["id"])
    assert (len(first), len(rest)) == (PAGE, 7)
    assert len({row["id"] for row in first + rest}) == PAGE + 7
    times = [row["received_at"] for row in first + rest]
    assert times == sorted(times)
    newest = inbox.page("waiting", "newest")
    assert [row["id"] for row in newest] == [row["id"] for row in (first + rest)[::-1]][:PAGE]


def test_an_action_takes_a_ticket_off_the_list_and_a_rating_does_not(store: FeedbackStore) -> None:
    one, other = (store.add_draft(ticket(minute), draft()) for minute in (1, 2))
    inbox = Inbox(store.engine)
    store.add_outcome(one, {"csat": 5.0}, None)
    assert inbox.waiting() == 2
    store.add_outcome(one, {"action": "edited", "sent": "x"}, None)
    assert subjects(inbox.page("waiting", "oldest")) == ["2"]
    assert [row["action"] for row in inbox.page("done", "newest")] == ["edited"]
    before = inbox.page("done", "newest")[0]["done_at"]
    store.add_outcome(one, {"reopened": True}, None)
    store.add_outcome(one, {"action": "discarded"}, None)
    assert inbox.page("done", "newest")[0]["done_at"] == before, "the first action says when"
    assert inbox.waiting(since=START + timedelta(minutes=1)) == 1
    assert inbox.waiting(since=START + timedelta(minutes=2)) == 0
    assert other


def test_a_shadows_draft_is_not_seen(store: FeedbackStore) -> None:
    kept = store.add_draft(ticket(1), draft(reason="no_policy"))
    of = store.draft(kept)["ticket"]["id"]
    with store.engine.begin() as connection:
        later = {"id": "f" * 32, "ticket": of, "created_at": datetime.now(UTC)}
        connection.execute(insert(drafts).values(**later, **draft("shadow")))
    inbox = Inbox(store.engine)
    assert inbox.draft_of(of) == kept
    assert [row["reason"] for row in inbox.page("waiting", "oldest")] == ["no_policy"]


def test_each_ticket_knows_its_neighbours(store: FeedbackStore) -> None:
    kept = [store.add_draft(ticket(minute), draft()) for minute in (1, 2, 3)]
    one, two, three = (store.draft(one)["ticket"]["id"] for one in kept)
    inbox = Inbox(store.engine)
    assert inbox.beside(two, "waiting", "oldest") == (one, three)
    assert inbox.beside(two, "waiting", "newest") == (three, one)
    assert inbox.first("oldest") == one
    store.add_outcome(kept[1], {"action": "discarded"}, None)
    assert inbox.beside(two, "waiting", "oldest") == (one, three), "it keeps its place"
    assert inbox.beside(one, "waiting", "oldest") == (None, three)


def test_a_ticket_that_is_not_there_is_said_to_be_missing(store: FeedbackStore) -> None:
    inbox = Inbox(store.engine)
    for asked in (
        lambda: inbox.draft_of("nowhere"),
        lambda: inbox.page("waiting", "oldest", "nowhere"),
        lambda: inbox.beside("nowhere", "done", "newest"),
    ):
        with pytest.raises(UnknownTicket, match="nowhere"):
            asked()
    assert inbox.first("oldest") is None


def test_no_list_reads_or_sorts_more_than_its_page(store: FeedbackStore) -> None:
    kept = store.add_draft(ticket(1), draft())
    of = store.draft(kept)["ticket"]["id"]
    store.add_outcome(kept, {"action": "accepted"}, None)
    asked: list[tuple[str, Any]] = []
    event.listen(
        store.engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3]))
    )
    inbox = Inbox(store.engine)
    for show in ("waiting", "done"):
        for order in ("oldest", "newest"):
            inbox.page(show, order)  # type: ignore[arg-type]
            inbox.page(show, order, of)  # type: ignore[arg-type]
            inbox.beside(of, show, order)  # type: ignore[arg-type]
    inbox.waiting()
    inbox.first("oldest")
    with sqlite3.connect(str(store.engine.url.database)) as connection:
        for statement, values in asked:
            plan = [row[3] for row in connection.execute(f"explain query plan {statement}", values)]
            listing = [step for step in plan if "tickets" in step]
            assert all("USING" in step and "INDEX" in step for step in listing), (statement, plan)
            if listing:
                assert not [step for step in plan if "TEMP B-TREE" in step], (statement, plan)


def test_tickets_that_were_answered_before_the_migration_are_done(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    migrate(engine, "0001")
    with engine.begin() as connection:
        for name in ("a", "b"):
            connection.execute(
                text(
                    "insert into tickets (id, received_at, source, names, messages, at,"
                    " placeholders) values (:n, '2026-03-01', 'api', '[]', '[]', '2026-03-01',"
                    " '{}')"
                ),
                {"n": name},
            )
            connection.execute(
                text(
                    "insert into drafts values (:n, :n, '2026-03-01', 'champion', '7', 'x', '',"
                    " '[]', '', '[]', '[]', 0, null, 1, 1, 1, 0)"
                ),
                {"n": name},
            )
        for number, action in enumerate((None, "edited", "discarded")):
            connection.execute(
                text(
                    "insert into outcomes (id, draft, created_at, digest, action)"
                    " values (:i, 'a', :at, '', :action)"
                ),
                {
                    "i": str(number),
                    "at": f"2026-03-0{number + 2} 00:00:00.000000",
                    "action": action,
                },
            )
    migrate(engine)
    with engine.connect() as connection:
        found = {row.id: row.done_at for row in connection.execute(tickets.select())}
    assert found == {"a": datetime(2026, 3, 3, tzinfo=UTC), "b": None}
