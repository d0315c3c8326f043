"""Drafts for tickets that come one by one, written together: one thread, a bounded queue.

A batch is written by one version from its first ticket to its last, whatever is promoted meanwhile.
"""

import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from desk.errors import TooMany
from desk.serving.served import Served
from drafter.live import LiveDraft


@dataclass(frozen=True)
class Batched:
    """A draft and the version that wrote it."""

    served: Served
    draft: LiveDraft


@dataclass(frozen=True)
class _Waiting:
    ticket: Mapping[str, Any]
    answer: "Future[Batched]"


class Batcher:
    """Hand in a ticket, get the future of its draft.

    `champion` gives the version that serves now, or raises NoChampion.
    """

    def __init__(
        self, champion: Callable[[], Served], batch: int, wait_seconds: float, most: int
    ) -> None:
        self._champion = champion
        self._batch = batch
        self._wait = wait_seconds
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(most)
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="drafts", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many tickets wait, roughly."""
        return self._queue.qsize()

    def submit(self, ticket: Mapping[str, Any]) -> "Future[Batched]":
        """Raises TooMany where the queue is full, or closed."""
        if self._closed:
            raise TooMany("the desk is going down: ask again in half a minute")
        waiting = _Waiting(ticket, Future())
        try:
            self._queue.put_nowait(waiting)
        except queue.Full:
            raise TooMany(
                f"{self._queue.maxsize} tickets wait already (params.yaml desk.queue): ask again "
                "in a few seconds"
            ) from None
        return waiting.answer

    def close(self) -> None:
        """Write what waits, then end; whoever comes later is refused."""
        self._closed = True
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, last = self._gather(first)
            self._write(batch)
            if last:
                return

    def _gather(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
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

    def _write(self, batch: list[_Waiting]) -> None:
        # who has hung up is not drafted for
        asked = [one for one in batch if one.answer.set_running_or_notify_cancel()]
        if not asked:
            return
        try:
            served = self._champion()
            drafts = served.drafter.write([one.ticket for one in asked])
        except Exception as error:  # it belongs to those who asked, and the thread goes on
            for one in asked:
                one.answer.set_exception(error)
            return
        for one, draft in zip(asked, drafts, strict=True):
            one.answer.set_result(Batched(served, draft))
