"""Open the feedback store: SQLite or PostgreSQL, brought to the newest migration first."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url

MIGRATIONS = Path(__file__).parent / "migrations"
# any number will do, as long as every desk takes the same one
ADVISORY_LOCK = 740_313


def open_engine(url: str) -> Engine:
    """An engine over `url`, its tables made or migrated. Raises SQLAlchemy's errors."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        if address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(address, connect_args={"timeout": 30})
        event.listen(engine, "connect", _durable)
    else:
        engine = create_engine(address, pool_pre_ping=True)
    migrate(engine)
    return engine


def migrate(engine: Engine, revision: str = "head") -> None:
    """Run the migrations up to `revision`, one process at a time."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with _alone(engine), engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Held while migrating: two desks that start at once must not both make the tables."""
    if engine.dialect.name == "sqlite":
        from filelock import FileLock

        with FileLock(f"{engine.url.database}.lock"):
            yield
        return
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
        try:
            yield
        finally:
            connection.execute(text("select pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})


def _durable(connection: Any, _: Any) -> None:
    """WAL lets pages read while an outcome is written; FULL has it on disk when commit returns."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
