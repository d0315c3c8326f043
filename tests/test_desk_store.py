"""The feedback store, on SQLite and on a real PostgreSQL alike."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from desk.errors import KeyReused, UnknownDraft
from desk.store.engine import open_engine
from desk.store.feedback import FeedbackStore, drafted
from desk.store.inbox import Inbox
from desk.store.tables import drafts, outcomes, tickets
from drafter.pseudonyms import Hidden
from tests.stores import DRAFT, ENGINES, TICKET, new_name, new_store


@pytest.fixture(scope="module", params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with new_store(request.param, tmp_path_factory.mktemp("store")) as url:
        yield url


@pytest.fixture(scope="module")
def store(url: str) -> Iterator[FeedbackStore]:
    engine = open_engine(url)
    yield FeedbackStore(engine)
    engine.dispose()


def test_a_draft_comes_back_as_it_was_kept(store: FeedbackStore) -> None:
    kept = drafted(TICKET, DRAFT)
    store.keep(kept)
    found = store.draft(kept["id"])
    ticket = found.pop("ticket")
    assert {name: ticket[name] for name in kept["ticket"]} == kept.pop("ticket")
    assert {name: found[name] for name in kept} == kept


def test_a_shadows_draft_is_kept_with_its_ticket_and_given_to_nobody(store: FeedbackStore) -> None:
    kept = drafted(TICKET, DRAFT)
    store.keep(kept)
    ticket = kept["ticket"]["id"]
    shadow = store.add_shadow(ticket, {**DRAFT, "role": "shadow", "version": "8"})
    with store.engine.connect() as connection:
        found = connection.execute(select(drafts).where(drafts.c.id == shadow["id"])).one()
    assert (found.ticket, found.version, found.instead_of) == (ticket, "8", None)
    assert Inbox(store.engine).draft_of(ticket) == kept["id"]
    with pytest.raises(UnknownDraft):
        store.draft(shadow["id"])
    with pytest.raises(UnknownDraft):
        store.add_outcome(shadow["id"], {"action": "accepted"}, None)
    with pytest.raises(IntegrityError):
        store.add_shadow("no ticket", {**DRAFT, "role": "shadow"})


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC),
        datetime(2026, 7, 1, 23, 30, tzinfo=timezone(timedelta(hours=-7))),
        datetime(2026, 3, 29, 1, 30, tzinfo=timezone(timedelta(hours=5, minutes=45))),
    ],
)
def test_a_time_comes_back_in_utc_whatever_its_zone(store: FeedbackStore, at: datetime) -> None:
    found = store.draft(store.add_draft(TICKET | {"at": at}, DRAFT))["ticket"]["at"]
    assert (found, found.tzinfo) == (at, UTC)


def test_a_time_without_a_zone_is_taken_for_utc(store: FeedbackStore) -> None:
    at = datetime(2026, 3, 1, 9, 30)
    found = store.draft(store.add_draft(TICKET | {"at": at}, DRAFT))["ticket"]["at"]
    assert found == at.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        {"b": 1, "a": [None, True, 0.1, -0.0, 1e300, 2**60]},
        {"names": ["Ærø", "李", "🛶", "\u2028", 'a"b\\c', "\t\n\r", "\0", "é"]},
        [],
    ],
)
def test_json_comes_back_the_same_in_the_same_order(store: FeedbackStore, value: Any) -> None:
    found = store.draft(store.add_draft(TICKET | {"placeholders": value}, DRAFT))
    assert repr(found["ticket"]["placeholders"]) == repr(value)


def test_a_character_that_postgresql_can_not_keep_does_no_harm(store: FeedbackStore) -> None:
    draft = store.add_draft(TICKET | {"subject": "a\0b"}, DRAFT | {"text": "\0Ahoy"})
    store.add_outcome(draft, {"action": "edited", "sent": "A\0hoy"}, None)
    found = store.draft(draft)
    assert (found["ticket"]["subject"], found["text"]) == ("ab", "Ahoy")
    assert found["outcome"]["sent"] == "Ahoy"


def test_a_long_reason_is_kept_whole(store: FeedbackStore) -> None:
    reason = "guard: " + ", ".join(["promises"] * 100)
    assert store.draft(store.add_draft(TICKET, DRAFT | {"reason": reason}))["reason"] == reason


def test_the_same_outcome_under_one_key_has_one_id(store: FeedbackStore) -> None:
    draft, key = store.add_draft(TICKET, DRAFT), new_name()
    first = store.add_outcome(draft, {"action": "accepted"}, key)
    assert store.add_outcome(draft, {"action": "accepted"}, key) == first
    with pytest.raises(KeyReused, match=key):
        store.add_outcome(draft, {"action": "discarded"}, key)
    with pytest.raises(KeyReused, match=key):
        store.add_outcome(store.add_draft(TICKET, DRAFT), {"action": "accepted"}, key)
    assert told_under(store, key) == 1


def test_without_a_key_everything_told_is_kept(store: FeedbackStore) -> None:
    draft = store.add_draft(TICKET, DRAFT)
    ids = {store.add_outcome(draft, {"action": "accepted"}, None) for _ in range(3)}
    assert len(ids) == 3


def test_an_outcome_of_no_draft_is_refused_with_a_key_or_without(store: FeedbackStore) -> None:
    for key in (None, new_name()):
        with pytest.raises(UnknownDraft, match="nowhere"):
            store.add_outcome("nowhere", {"action": "accepted"}, key)


def test_one_key_told_sixteen_times_at_once_is_one_row(store: FeedbackStore) -> None:
    draft, key = store.add_draft(TICKET, DRAFT), new_name()
    ids = at_once(16, lambda _: store.add_outcome(draft, {"action": "accepted"}, key))
    assert len(set(ids)) == 1
    assert told_under(store, key) == 1


def test_one_key_told_of_many_drafts_at_once_is_kept_for_one(store: FeedbackStore) -> None:
    drafts, key = [store.add_draft(TICKET, DRAFT) for _ in range(8)], new_name()

    def tell(number: int) -> str | None:
        try:
            return store.add_outcome(drafts[number], {"action": "accepted"}, key)
        except KeyReused:
            return None

    assert sum(told is not None for told in at_once(8, tell)) == 1
    assert told_under(store, key) == 1


def test_values_told_at_once_get_placeholders_of_their_own(store: FeedbackStore) -> None:
    """Each sends another address: none may take a placeholder that another has got."""
    draft = store.add_draft(TICKET, DRAFT)

    def hide(sent: str, values: Any) -> Hidden:
        name = f"[EMAIL_{len(values) + 1}]"
        return Hidden([name], {**values, name: sent})

    at_once(8, lambda n: store.add_outcome(draft, {"sent": f"{n}@x.example"}, None, hide))
    values = store.draft(draft)["ticket"]["placeholders"]
    with store.engine.connect() as connection:
        sent = connection.scalars(select(outcomes.c.sent).where(outcomes.c.draft == draft)).all()
    assert sorted(values[name] for name in sent) == [f"{n}@x.example" for n in range(8)]


def test_a_retry_counts_as_the_same_where_its_words_are_hidden_otherwise_by_now(
    store: FeedbackStore,
) -> None:
    draft, key = store.add_draft(TICKET, DRAFT), new_name()
    told = {"action": "edited", "sent": "Hi Jo"}

    def first(sent: str, values: Any) -> Hidden:
        return Hidden(["Hi [NAME_1]"], values)

    def later(sent: str, values: Any) -> Hidden:
        return Hidden(["Hi [NAME_2]"], values)

    assert store.add_outcome(draft, told, key, first) == store.add_outcome(draft, told, key, later)


def test_a_ticket_is_kept_with_its_draft_or_not_at_all(store: FeedbackStore) -> None:
    kept = drafted(TICKET, DRAFT | {"text": None})
    with pytest.raises(Exception, match="text"):
        store.keep(kept)
    with store.engine.connect() as connection:
        found = connection.scalar(select(func.count()).where(tickets.c.id == kept["ticket"]["id"]))
    assert found == 0


def test_an_error_of_the_database_quotes_no_ticket(store: FeedbackStore) -> None:
    with pytest.raises(Exception, match="text") as refused:
        store.add_draft(TICKET, DRAFT | {"text": None})
    for error in (refused.value, refused.value.__cause__):
        assert "MB-123456" not in str(error)


def test_what_is_committed_is_on_the_disk(store: FeedbackStore) -> None:
    asked = (
        ("PRAGMA journal_mode", "PRAGMA synchronous")
        if store.engine.dialect.name == "sqlite"
        else ("show fsync", "show synchronous_commit")
    )
    with store.engine.connect() as connection:
        settings = [connection.scalar(text(each)) for each in asked]
    assert settings in (["wal", 2], ["on", "on"])


def test_a_server_that_acknowledges_early_is_told_not_to(url: str) -> None:
    if url.startswith("sqlite"):
        return
    engine = open_engine(f"{url}?options=-c%20synchronous_commit%3Doff")
    with engine.connect() as connection:
        assert connection.scalar(text("show synchronous_commit")) == "on"
    engine.dispose()


def told_under(store: FeedbackStore, key: str) -> int:
    with store.engine.connect() as connection:
        return connection.scalar(select(func.count()).where(outcomes.c.key == key)) or 0


def at_once(many: int, call: Any) -> list[Any]:
    start = threading.Barrier(many)

    def run(number: int) -> Any:
        start.wait()
        return call(number)

    with ThreadPoolExecutor(many) as threads:
        return list(threads.map(run, range(many)))


def test_the_stores_file_is_where_its_url_says(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a/b/feedback.db'}")
    engine.dispose()
    assert (tmp_path / "a/b/feedback.db").exists()
