"""A ticket on its way to a draft: its place in the queue, and the answer when it is kept."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from desk.errors import HungUp, NoChampion, NotWritten, TooLate
from desk.logs import frames, log
from desk.serving.batcher import Batched, Batcher
from desk.serving.split import Split
from drafter.errors import ReplymillError
from drafter.records import FAILED

Keep = Callable[[Batched, float, bool], dict[str, Any]]
"""A draft, its seconds from the request on, and whether the challenger wrote it."""


class Asked:
    """Who asked may leave: a draft that has not begun is then not written.

    What has begun is written to its end and kept, because it has cost what it costs.
    """

    def __init__(
        self,
        batcher: Batcher,
        ticket: Mapping[str, Any],
        keep: Keep,
        seconds: float,
        split: Split | None = None,
    ) -> None:
        """`keep` puts the draft on disk, in a thread. `split` is there where it is a challenger's.

        Raises TooMany or GoingDown.
        """
        self._champions = self._batcher = batcher
        self._ticket = ticket
        self._started = time.monotonic()
        self._seconds = seconds
        self._left = False
        first = split.submit(ticket) if split else None
        # whose turn it is; None once it is the champion's
        self._split = split if first else None
        if split and first:
            self._batcher = split.batcher
        self._waiting = first or batcher.submit(ticket)
        self.task = asyncio.create_task(self._kept(keep))

    @property
    def place(self) -> int:
        """How many tickets are to be drafted before this one."""
        return self._batcher.place(self._waiting)

    @property
    def begun(self) -> bool:
        return self._waiting.answer.running() or self._waiting.answer.done()

    async def within(self, seconds: float) -> bool:
        """Wait so long at most; whether there is an answer, or an error, now. Raises TooLate."""
        left = self._started + self._seconds - time.monotonic()
        done, _ = await asyncio.wait([self.task], timeout=max(0.0, min(seconds, left)))
        if not done and seconds >= left:
            raise self._too_late()
        return bool(done)

    async def answer(self) -> dict[str, Any]:
        """The draft, kept. Raises TooLate, HungUp, NotWritten, or what drafting raises."""
        await self.within(self._seconds)
        if self.task.cancelled():
            raise HungUp("nobody waits for this draft any more")
        return self.task.result()

    def leave(self) -> None:
        """Nobody waits any longer."""
        self._left = True
        self._waiting.answer.cancel()

    def _too_late(self) -> TooLate:
        self.leave()
        if self._waiting.answer.cancelled():
            how = "it was not begun and will not be"
        elif self._waiting.answer.done():
            how = "it is written, and the store is slow to keep it"
        else:
            how = f"it is being written for {self._batcher.hanging:.0f} s and is kept if it ends"
        return TooLate(
            f"no draft within {self._seconds:g} s (params.yaml desk.draft_seconds): {how}; ask "
            "again later, and see /health"
        )

    async def _kept(self, keep: Keep) -> dict[str, Any]:
        batched = await self._of_challenger(self._split) if self._split else None
        by_challenger = batched is not None
        batched = batched or await self._of_champion()
        seconds = time.monotonic() - self._started
        return await asyncio.to_thread(keep, batched, seconds, by_challenger)

    async def _of_challenger(self, split: Split) -> Batched | None:
        """Its draft; None where it has none in time, and the ticket is in the champion's queue."""
        try:
            answer = asyncio.wrap_future(self._waiting.answer)
            batched = await asyncio.wait_for(answer, split.seconds)
            if not (batched.draft.reason or "").startswith(FAILED):
                return batched
            split.fell("failed")
        except TimeoutError:
            split.late()
        except NoChampion:
            split.fell("gone")
        except Exception as error:  # whatever it is, the champion is not concerned
            split.fell("failed")
            log.error("the challenger's draft failed: %s", frames(error))
        if self._left:
            raise HungUp("nobody waits for this draft any more")
        self._split, self._batcher = None, self._champions
        self._waiting = self._champions.submit(self._ticket)
        return None

    async def _of_champion(self) -> Batched:
        try:
            return await asyncio.wrap_future(self._waiting.answer)
        except ReplymillError:
            raise
        except Exception as error:  # what a library raises may hold the ticket's text
            log.error("drafting failed: %s", frames(error))
            raise NotWritten(
                f"drafting failed ({type(error).__name__}): the desk's log says where"
            ) from None
