"""Bring a store's tables to the newest migration, one process at a time and all or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text

from desk.errors import StoreTooNew

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
# any number will do, as long as every desk takes the same one
ADVISORY_LOCK = 740_313


def migrate(engine: Engine, revision: str = "head") -> None:
    """Run the migrations up to `revision`. Raises StoreTooNew, StoreAway or StoreFull."""
    from alembic import command

    config = configuration()
    with alone(engine) as connection:
        _check(connection, config)
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def configuration() -> "Config":
    """Alembic's own, without a file: it sets up no logging and prints nothing."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _check(connection: Connection, config: "Config") -> None:
    found, known = revisions(connection, config)
    if unknown := found - known:
        raise StoreTooNew(
            f"the feedback store {connection.engine.url.render_as_string(hide_password=True)} is "
            f"at revision {', '.join(sorted(unknown))}, and this desk knows those up to "
            f"{max(known)}: update Replymill, or name another store in REPLYMILL_FEEDBACK_URL"
        )


def revisions(connection: Connection, config: "Config") -> tuple[set[str], set[str]]:
    """At which revisions a store is, none where it is not the desk's; and all that are known."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    return set(MigrationContext.configure(connection).get_current_heads()), known


@contextmanager
def alone(engine: Engine) -> Iterator[Connection]:
    """One transaction for all migrations: two desks that start at once must not both make tables.

    SQLite makes some changes by copying a table and dropping the old one, which would take the
    rows that refer to it along: foreign keys are off meanwhile, and checked before the commit.
    """
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            yield connection
        return
    from filelock import FileLock

    # the switch to WAL, which a first connection makes, is not one that SQLite waits for
    with FileLock(f"{engine.url.database}.lock"), engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                assert not broken, f"a migration would leave {len(broken)} rows without their own"
        finally:
            driver.execute("PRAGMA foreign_keys=ON")
