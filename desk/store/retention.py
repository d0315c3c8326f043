"""What an old ticket holds of a person is blanked: its clear text gives way to placeholders.

Drafts and outcomes never had more, so that they can be learned from all the same. The keys of the
ticket and of its customer stay: by them the customer is kept in one split, and is forgotten.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from desk.errors import StoreTrouble
from desk.store.engine import writing
from desk.store.roles import SEEN
from desk.store.tables import drafts, outcomes, tickets

SECONDS_BETWEEN_LOOKS = 24 * 60 * 60.0
SECONDS_AFTER_TROUBLE = 10 * 60.0
# in one transaction, so that nobody who tells an outcome waits for long
BATCH = 100

logger = logging.getLogger(__name__)


async def blank_daily(engine: Engine, days: int) -> None:
    """Blank what is older than `days`, now and every day, until this is cancelled."""
    while True:
        wait = SECONDS_BETWEEN_LOOKS
        try:
            blanked = await asyncio.to_thread(blank, engine, datetime.now(UTC), days)
            logger.info("%d tickets were older than %d days and are blanked", blanked, days)
        except StoreTrouble as trouble:
            wait = SECONDS_AFTER_TROUBLE
            logger.warning("tickets older than %d days are not blanked yet: %s", days, trouble)
        await asyncio.sleep(wait)


def blank(engine: Engine, now: datetime, days: int) -> int:
    """Blank each ticket received more than `days` before `now`; gives their number."""
    blanked = 0
    while True:
        with writing(engine) as connection:
            old = (
                connection.execute(
                    select(tickets)
                    .where(tickets.c.received_at < now - timedelta(days=days))
                    .where(tickets.c.blanked_at.is_(None))
                    .limit(BATCH)
                    .with_for_update()
                )
                .mappings()
                .all()
            )
            for ticket in old:
                _blank(connection, dict(ticket), now)
        blanked += len(old)
        if len(old) < BATCH:
            break
    if blanked and engine.dialect.name == "sqlite":
        # else the text would stay in the WAL until that is written over
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return blanked


def _blank(connection: Connection, ticket: Mapping[str, Any], now: datetime) -> None:
    draft = connection.execute(
        select(drafts.c.subject, drafts.c.messages)
        .where(drafts.c.ticket == ticket["id"], SEEN)
        .order_by(drafts.c.created_at)
        .limit(1)
    ).one_or_none()
    connection.execute(
        update(tickets)
        .where(tickets.c.id == ticket["id"])
        .values(
            subject=draft.subject if draft and ticket["subject"] else None,
            messages=_hidden(ticket["messages"], draft.messages if draft else []),
            names=[],
            placeholders={},
            blanked_at=now,
        )
    )
    # a digest would tell, to who guesses it, what was sent
    connection.execute(
        update(outcomes)
        .where(
            outcomes.c.draft.in_(select(drafts.c.id).where(drafts.c.ticket == ticket["id"])),
        )
        .values(digest="")
    )


def _hidden(messages: Sequence[Mapping[str, Any]], texts: Sequence[str]) -> list[dict[str, Any]]:
    """`messages` with the `texts` that the model saw; it may not have seen the oldest."""
    unseen = [""] * (len(messages) - len(texts))
    seen = [*unseen, *texts][-len(messages) :]
    return [{**message, "text": text} for message, text in zip(messages, seen, strict=True)]
