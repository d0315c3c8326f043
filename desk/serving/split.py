"""Which tickets are the challenger's, where it takes a share of them, and its own queue.

A ticket is drawn by a hash of its conversation: what the helpdesk calls it, else the customer and
the first message, which a follow-up brings along. So a conversation stays on one side. The version
is hashed with it: each challenger draws anew, or the same conversations would bear each of them,
and what one did to a conversation would be told of the next.

Where the challenger is late, its queue full or its draft failed, the champion drafts. A challenger
that was late is asked nothing for a minute, so that not every ticket waits for it first.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from desk.errors import GoingDown, TooMany
from desk.serving.batcher import Batcher, Waiting
from desk.serving.follower import Follower
from drafter.draw import share_of

REST_SECONDS = 60.0


class Split:
    """The challenger's side. `fell` is told why a ticket of it went to the champion."""

    def __init__(
        self,
        follower: Follower,
        batcher: Batcher,
        share: float,
        seconds: float,
        fell: Callable[[str], None],
    ) -> None:
        self.follower = follower
        self.batcher = batcher
        self.seconds = seconds
        self.fell = fell
        self._share = share
        self._rests_until = 0.0
        self._lock = threading.Lock()

    def side(self, ticket: Mapping[str, Any]) -> str | None:
        """The challenger's version where the ticket is its own; None where it is the champion's."""
        served = self.follower.served
        drawn = served is not None and drawn_for(ticket, served.version) < self._share
        return served.version if served and drawn else None

    def submit(self, ticket: Mapping[str, Any]) -> Waiting | None:
        """Put one of its own tickets in its queue; None where the champion has to draft."""
        with self._lock:
            rests = time.monotonic() < self._rests_until
        if rests or self.batcher.hanging > self.seconds:
            self.fell("rests")
            return None
        try:
            return self.batcher.submit(ticket)
        except (TooMany, GoingDown):
            self.fell("full")
            return None

    def late(self) -> None:
        """A ticket waited for `seconds`, and has no draft."""
        self.fell("late")
        with self._lock:
            self._rests_until = time.monotonic() + REST_SECONDS


def drawn_for(ticket: Mapping[str, Any], version: str) -> float:
    """From 0 to 1: below the share, the ticket's conversation is that challenger's."""
    key = ticket.get("external_id") or first_words(ticket)
    return share_of(f"split:{version}:{key}")


def first_words(ticket: Mapping[str, Any]) -> str:
    """By what a conversation without an id is known: who began it, and how."""
    return f"{ticket.get('customer') or ''}\n{ticket['messages'][0]['text']}"
