"""The challenger beside the champion, unseen: the same tickets, once the champion has drafted.

Best effort: it begins a draft when the champion has had nothing to do for a moment, one at a time,
and stops between two tokens while the champion writes, or a new one is loaded. Tickets that it has
no time for are dropped and counted. Whatever it raises, or that it hangs, is nobody else's trouble:
the thread is its own.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from desk.errors import GoingDown, NoChampion, TooMany
from desk.logs import frames, log
from desk.serving.batcher import Batched, Batcher
from desk.serving.follower import Follower
from desk.serving.served import Served
from drafter.giving_way import give_way

# the next ticket of somebody who works through an inbox comes within that
IDLE_SECONDS = 0.25
LOOK_SECONDS = 0.05
SECONDS_BETWEEN_TOKENS = 0.01
SECONDS_TO_STOP = 1.0

Keep = Callable[[Batched], None]


class Shadow:
    """Offer it tickets; `dropped` is told why one has no draft of the challenger's."""

    def __init__(
        self,
        follower: Follower,
        champion: Follower,
        champions: Batcher,
        most: int,
        dropped: Callable[[str], None],
    ) -> None:
        self.follower = follower
        self._champion = champion
        self._champions = champions
        self._dropped = dropped
        self._ended = threading.Event()
        self.batcher = Batcher(self._current, 1, 0.0, most, name="shadow")

    def offer(self, ticket: Mapping[str, Any], keep: Keep) -> None:
        """Have `ticket` drafted when there is time, and kept by `keep`; returns at once."""
        if self.follower.served is None:
            return
        try:
            waiting = self.batcher.submit(ticket)
        except (TooMany, GoingDown):
            self._dropped("full")
            return
        # in the shadow's own thread
        waiting.answer.add_done_callback(lambda answer: self._done(answer, keep))

    def end(self) -> None:
        """What waits is dropped; what hangs isn't waited for."""
        self._ended.set()
        self.batcher.close(SECONDS_TO_STOP)

    def _current(self) -> Served:
        """The challenger, once the champion leaves it time."""
        give_way(lambda: self._wait(0.0, SECONDS_BETWEEN_TOKENS))
        self._wait(IDLE_SECONDS, LOOK_SECONDS)
        return self.follower.current()

    def _wait(self, idle: float, look: float) -> None:
        """Until the champion has had nothing to do for so long. Raises NoChampion at the end."""
        while self._champions.idle <= idle or self._champion.loading:
            if self._ended.wait(look):
                break
        if self._ended.is_set():
            raise NoChampion("the desk is going down")

    def _done(self, answer: Any, keep: Keep) -> None:
        try:
            keep(answer.result())
        except NoChampion:
            self._dropped("gone")
        except Exception as error:  # of the generator or the store; a message may hold the ticket
            self._dropped("failed")
            log.warning("a shadow's draft is dropped: %s", frames(error))
