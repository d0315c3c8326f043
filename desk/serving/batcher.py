"""Drafts for tickets that come one by one, written together: one thread, a bounded queue.

A batch is written by one version from its first ticket to its last, whatever is promoted meanwhile.
A generator that hangs holds this thread: its callers give up after `desk.draft_seconds`, the queue
fills, and `hanging` says since when. A second thread would not help: a model in memory serves one.
"""

import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from desk.errors import GoingDown, NoChampion, TooMany
from desk.serving.served import Served
from drafter.errors import DraftingFailed
from drafter.live import LiveDraft
from drafter.versions import CHAMPION

# no ticket of the batch would fare better by itself
SHARED = (DraftingFailed, NoChampion)


@dataclass(frozen=True)
class Batched:
    """A draft and the version that wrote it."""

    served: Served
    draft: LiveDraft
    seconds: float
    """That the batch took from its first ticket's turn to its last."""


@dataclass(frozen=True)
class Waiting:
    """A ticket in the queue, or being drafted."""

    number: int
    """Tickets are numbered as they come; the queue is first in, first out."""
    ticket: Mapping[str, Any]
    answer: "Future[Batched]"


class Batcher:
    """Hand in a ticket, get the future of its draft.

    `current` gives the version that serves now, or raises NoChampion. `wrote` is told how many
    tickets were drafted together. The thread has the `name` of whom it drafts by.
    """

    def __init__(
        self,
        current: Callable[[], Served],
        batch: int,
        wait_seconds: float,
        most: int,
        wrote: Callable[[int], None] = lambda _: None,
        name: str = CHAMPION,
    ) -> None:
        self._current = current
        self._batch = batch
        self._wait = wait_seconds
        self._wrote = wrote
        self._queue: queue.Queue[Waiting | None] = queue.Queue(most)
        self._lock = threading.Lock()
        self._came = self._taken = 0
        self._closed = False
        self._since: float | None = None
        self._rests: float | None = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"{name}'s drafts", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many tickets wait, roughly."""
        return self._queue.qsize()

    @property
    def hanging(self) -> float:
        """Seconds since the batch that is being written was begun; 0 where none is."""
        since = self._since
        return 0.0 if since is None else time.monotonic() - since

    @property
    def idle(self) -> float:
        """Seconds since there was anything to do; 0 while there is."""
        rests = self._rests
        return 0.0 if rests is None or self.waiting else time.monotonic() - rests

    def submit(self, ticket: Mapping[str, Any]) -> Waiting:
        """Raises TooMany where the queue is full, and GoingDown where it is closed."""
        with self._lock:
            if self._closed:
                raise GoingDown("the desk is going down: ask again in half a minute")
            waiting = Waiting(self._came, ticket, Future())
            try:
                self._queue.put_nowait(waiting)
            except queue.Full:
                raise TooMany(
                    f"{self._queue.maxsize} tickets wait already (params.yaml desk.queue): ask "
                    "again in a few seconds"
                ) from None
            self._came += 1
        return waiting

    def place(self, waiting: Waiting) -> int:
        """How many tickets are to be drafted before this one, at most; 0 once it is its turn."""
        return max(0, waiting.number - self._taken)

    def close(self, seconds: float) -> bool:
        """Write what waits, then end; whoever comes later is refused. False where it hangs."""
        with self._lock:
            if not self._closed:
                self._closed = True
                # beside us: the queue may be full, and what hangs must not hold us here
                threading.Thread(target=self._queue.put, args=(None,), daemon=True).start()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            self._rests = None
            batch, last = self._gather(first)
            self._taken = batch[-1].number + 1
            self._since = time.monotonic()
            self._write(batch)
            self._since = None
            self._rests = time.monotonic()
            if last:
                return

    def _gather(self, first: Waiting) -> tuple[list[Waiting], bool]:
        """`first` and those that come in time, and whether the queue was closed behind them."""
        batch, until = [first], time.monotonic() + self._wait
        while len(batch) < self._batch:
            try:
                one = self._queue.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                break
            if one is None:
                return batch, True
            batch.append(one)
        return batch, False

    def _write(self, batch: list[Waiting]) -> None:
        # who has hung up is not drafted for
        asked = [one for one in batch if one.answer.set_running_or_notify_cancel()]
        if not asked:
            return
        try:
            served = self._current()
        except Exception as error:  # it belongs to those who asked, and the thread goes on
            _fail(asked, error)
            return
        self._wrote(len(asked))
        self._draft(served, asked)

    def _draft(self, served: Served, asked: list[Waiting]) -> None:
        begun = time.monotonic()
        try:
            written = served.drafter.write([one.ticket for one in asked])
            drafts = list(zip(asked, written, strict=True))
        except Exception as error:
            if len(asked) == 1 or isinstance(error, SHARED):
                _fail(asked, error)
                return
            # one ticket that can't be drafted must not fail its neighbours
            for one in asked:
                self._draft(served, [one])
            return
        took = time.monotonic() - begun
        for one, draft in drafts:
            one.answer.set_result(Batched(served, draft, took))


def _fail(asked: list[Waiting], error: Exception) -> None:
    for one in asked:
        one.answer.set_exception(error)
