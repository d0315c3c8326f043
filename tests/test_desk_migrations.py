"""The store's migrations, from every earlier version, on SQLite and on a real PostgreSQL."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, insert, inspect, text
from sqlalchemy.engine import Engine, make_url

from desk.errors import StoreTooNew
from desk.store.engine import bare_engine, open_engine
from desk.store.feedback import FeedbackStore
from desk.store.migrate import alone, configuration, migrate
from desk.store.tables import metadata
from tests.postgres import Postgres, postgres
from tests.stores import DRAFT, TICKET, new_name


def revisions() -> list[str]:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(configuration())
    return [script.revision for script in scripts.walk_revisions()][::-1]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Iterator[Postgres | None]:
    if request.param == "sqlite":
        yield None
        return
    with postgres() as running:
        yield running


@pytest.fixture
def url(server: Postgres | None, tmp_path: Path) -> str:
    return server.new_database(new_name()) if server else f"sqlite:///{tmp_path / 'feedback.db'}"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An engine over a store without any table."""
    engine = bare_engine(make_url(url))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("revision", revisions())
def test_rows_of_every_earlier_version_are_there_and_readable(
    engine: Engine, revision: str
) -> None:
    migrate(engine, revision)
    fill(engine)
    migrate(engine)
    store = FeedbackStore(engine)
    draft = store.draft("d")
    assert (draft["text"], draft["citations"]) == (DRAFT["text"], DRAFT["citations"])
    assert (draft["ticket"]["messages"], draft["ticket"]["at"]) == (
        TICKET["messages"], TICKET["at"],
    )  # fmt: skip
    assert draft["outcome"]["sent"] == "Ahoy!"
    assert store.add_outcome("d", {"action": "accepted"}, "k2") != "o"


def test_the_tables_are_as_the_migrations_leave_them(engine: Engine) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_store_that_a_newer_desk_migrated_is_refused(engine: Engine, url: str) -> None:
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(StoreTooNew) as refused:
        open_engine(url)
    message = str(refused.value)
    assert "revision 9999" in message
    assert f"up to {revisions()[-1]}" in message
    assert "secret" not in message, "the address holds a password"


def test_four_desks_that_start_at_once_make_the_tables_once(url: str) -> None:
    script = "import sys; from desk.store.engine import open_engine; open_engine(sys.argv[1])"
    started = [
        subprocess.Popen([sys.executable, "-c", script, url], stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    ends = [(process.communicate()[1], process.returncode) for process in started]
    assert ends == [("", 0)] * 4


def test_a_migration_that_fails_leaves_the_store_as_it_was(engine: Engine) -> None:
    migrate(engine, "0001")
    fill(engine)

    def fails() -> None:
        with alone(engine) as connection:
            connection.execute(text("alter table tickets add column odd integer"))
            connection.execute(text("create table further (id integer)"))
            connection.execute(text("delete from outcomes"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    tables = inspect(engine)
    assert "further" not in tables.get_table_names()
    assert "odd" not in [column["name"] for column in tables.get_columns("tickets")]
    migrate(engine)
    assert FeedbackStore(engine).draft("d")["outcome"]["sent"] == "Ahoy!"


def test_a_migration_that_copies_a_table_keeps_what_refers_to_it(engine: Engine) -> None:
    """SQLite alters a column by copying its table; dropping the old one would delete drafts."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    migrate(engine)
    fill(engine)
    with alone(engine) as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("tickets", recreate="auto") as batch:
            batch.alter_column("topic", nullable=False, server_default="other")
    assert FeedbackStore(engine).draft("d")["outcome"]["sent"] == "Ahoy!"


def test_opening_a_store_prints_nothing_and_leaves_logging_alone(
    url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    ours = logging.getLogger("desk.test")
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    open_engine(url).dispose()
    open_engine(url).dispose()
    assert (list(root.handlers), root.level) == before
    assert not ours.disabled
    assert capfd.readouterr() == ("", "")


def fill(engine: Engine) -> None:
    """A ticket, its draft and its outcome, as far as the tables have columns for them."""
    tables = MetaData()
    tables.reflect(engine)
    now = datetime(2026, 3, 1, tzinfo=UTC)
    told = {"action": "edited", "sent": "Ahoy!", "key": "k", "digest": "-", "draft": "d"}
    rows: list[tuple[str, dict[str, Any]]] = [
        ("tickets", {**TICKET, "id": "t", "received_at": now}),
        ("drafts", {**DRAFT, "id": "d", "ticket": "t", "created_at": now}),
        ("outcomes", {**told, "id": "o", "created_at": now}),
    ]
    with engine.begin() as connection:
        for name, row in rows:
            connection.execute(insert(tables.tables[name]).values(**row))
