"""What came in and is not done: kept in the store, tried again, drained when the desk ends.

A delivery is in the store before it is answered, as ids; an ended desk finds it there when it
starts again. A log line has the helpdesk, the delivery's id and the reason, and no text.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from desk.desk import Desk
from desk.errors import DeskRefused, KeyReused, StoreAway, StoreFull, TooMany
from desk.helpdesks import outcome
from desk.helpdesks.helpdesk import Came, Helpdesk, Note, Question, Rating, Reply, Seen
from desk.helpdesks.http import Again
from desk.helpdesks.params import HelpdeskParams
from desk.store.deliveries import DeliveryStore
from drafter.errors import ReplymillError

log = logging.getLogger(__name__)
# what passes by itself of what the desk refuses
PASSING = (429, 503)


@dataclass
class _Trying:
    helpdesk: str
    came: Came
    failures: int = 0
    """Of the helpdesk or the store; while no version serves, a delivery just waits."""
    waits: int = 0


class Incoming:
    """The deliveries in hand of `helpdesks`, by name."""

    def __init__(
        self, desk: Desk, helpdesks: Mapping[str, Helpdesk], params: HelpdeskParams
    ) -> None:
        self.helpdesks = helpdesks
        self.counted: Counter[str] = Counter()
        """Drafts noted, outcomes told, deliveries failed and tried again."""
        self._desk = desk
        self._params = params
        self._store = DeliveryStore(desk.store.engine)
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(params.at_once)
        self._resuming: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()

    @property
    def in_hand(self) -> int:
        """How many are not done, those that wait for another try among them."""
        return len(self._tasks)

    async def start(self) -> None:
        """Go on with what an ended desk left undone; where the store is away, once it is back."""
        if not await self._resumed():
            self._resuming = asyncio.create_task(self._resume())

    async def _resume(self) -> None:
        while not await self._resumed():
            await asyncio.sleep(self._params.wait_seconds)

    async def _resumed(self) -> bool:
        try:
            waiting = await asyncio.to_thread(self._store.waiting)
        except (StoreAway, StoreFull) as error:
            log.warning("what was left undone waits: %s", error)
            return False
        in_hand = {task.get_name() for task in self._tasks}
        for name, kept in waiting:
            if name in self.helpdesks and _key(name, came := Came(**kept)) not in in_hand:
                self._begin(name, came)
        return True

    async def stop(self) -> None:
        """Finish what is being worked on; what waits for another try stays for the next start."""
        self._ending.set()
        if self._resuming:
            self._resuming.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=self._params.drain_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for helpdesk in self.helpdesks.values():
            helpdesk.close()

    async def take(self, name: str, came: Came) -> bool:
        """Work on a delivery; False where it came before. Raises TooMany."""
        self._room()
        if not await self._new(name, came):
            return False
        self._begin(name, came)
        return True

    async def answer(self, name: str, came: Came) -> Mapping[str, Any]:
        """Draft for a delivery now, once. Raises what drafting raises, and TooMany."""
        self._room()
        if not await self._new(name, came):
            draft = await asyncio.to_thread(self._drafted, name, came)
            if draft is None:
                raise TooMany("this delivery is being drafted for: ask again in a few seconds")
            return await self._desk.answer(draft)
        try:
            for seen in self.helpdesks[name].look(came):
                await self._do(name, came, seen)
            await asyncio.to_thread(self._store.done, name, came.id)
        except BaseException as error:
            # whoever waits for the answer may ask again
            await asyncio.to_thread(self._store.failed, name, came.id, type(error).__name__)
            raise
        draft = await asyncio.to_thread(self._drafted, name, came)
        assert draft is not None
        return await self._desk.answer(draft)

    def _room(self) -> None:
        if self._ending.is_set():
            raise TooMany("the desk is going down: deliver again in half a minute")
        if self.in_hand >= self._params.queue:
            raise TooMany(
                f"{self._params.queue} deliveries are in hand already (params.yaml "
                "desk.helpdesks.queue): deliver again in a few seconds"
            )

    async def _new(self, name: str, came: Came) -> bool:
        # of a delivery that holds a ticket, the ids alone
        kept = {field.name: getattr(came, field.name) for field in fields(Came)}
        new = await asyncio.to_thread(self._store.take, name, came.id, kept)
        self.counted["delivered" if new else "came_before"] += 1
        return new

    def _begin(self, name: str, came: Came) -> None:
        task = asyncio.create_task(self._run(_Trying(name, came)), name=_key(name, came))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, trying: _Trying) -> None:
        """Until it is done, given up, or the desk ends."""
        while not self._ending.is_set():
            async with self._slots:
                if self._ending.is_set():
                    return
                wait = await self._try(trying)
            if wait is None:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), wait)

    async def _try(self, trying: _Trying) -> float | None:
        """How long to wait before the next try; None where there is none."""
        name, came = trying.helpdesk, trying.came
        try:
            for seen in await asyncio.to_thread(self.helpdesks[name].look, came):
                await self._do(name, came, seen)
            await asyncio.to_thread(self._store.done, name, came.id)
        except Again as error:
            return await self._later(trying, str(error), error.after)
        except SQLAlchemyError as error:  # its message holds what was to be written
            return await self._later(trying, f"the store failed ({type(error).__name__})", None)
        except ReplymillError as error:
            if isinstance(error, DeskRefused) and error.status in PASSING:
                return self._wait(trying, None)
            await self._give_up(trying, str(error))
        except Exception as error:  # whatever drafting raised may hold the ticket's text
            await self._give_up(trying, type(error).__name__)
        return None

    async def _later(self, trying: _Trying, why: str, after: float | None) -> float | None:
        trying.failures += 1
        if trying.failures >= self._params.tries:
            await self._give_up(trying, f"{why}, {trying.failures} times")
            return None
        return self._wait(trying, after)

    def _wait(self, trying: _Trying, after: float | None) -> float:
        self.counted["tried_again"] += 1
        doubled = self._params.wait_seconds * 2 ** min(trying.waits, 30)  # as a float holds it
        trying.waits += 1
        return min(max(after or 0.0, doubled), self._params.longest_wait_seconds)

    async def _give_up(self, trying: _Trying, why: str) -> None:
        self.counted["failed"] += 1
        log.warning("%s: delivery %s failed: %s", trying.helpdesk, trying.came.id, why)
        try:
            await asyncio.to_thread(self._store.failed, trying.helpdesk, trying.came.id, why)
        except SQLAlchemyError as error:  # then it is tried again at the next start
            log.warning("%s: %s: not written (%s)", trying.helpdesk, trying.came.id,
                        type(error).__name__)  # fmt: skip

    async def _do(self, name: str, came: Came, seen: Seen) -> None:
        if isinstance(seen, Question):
            await self._note(name, came, seen)
        else:
            await self._tell(name, seen)

    async def _note(self, name: str, came: Came, question: Question) -> None:
        note = await asyncio.to_thread(
            self._store.claim, name, question.key, question.conversation, came.id
        )
        if note is None or note.at is not None:
            return
        if note.draft is None:
            answer: Mapping[str, Any] = await self._desk.draft(question.ticket, name)
            await asyncio.to_thread(self._store.drafted, name, question.key, answer["id"])
        else:
            answer = await self._desk.answer(note.draft)
        # one try may have been taken, and its answer lost
        if not any(answer["id"] in text for text in question.notes):
            kept = await asyncio.to_thread(self._desk.store.draft, answer["id"])
            link = f"{self._params.page}/tickets/{kept['ticket']['id']}"
            await asyncio.to_thread(self.helpdesks[name].note, question, Note(answer, link))
        await asyncio.to_thread(self._store.noted, name, question.key)
        self.counted["noted"] += 1

    async def _tell(self, name: str, seen: Reply | Rating) -> None:
        """Nothing, where no draft of ours was before the agent."""
        if isinstance(seen, Rating):
            note = await asyncio.to_thread(self._store.newest_note, name, seen.conversation)
        else:
            note = await asyncio.to_thread(
                self._store.note_of, name, seen.conversation, seen.questions
            )
        if note is None or note.draft is None:
            return
        if isinstance(seen, Rating):
            told = outcome.of_rating(seen.csat)
        elif not any(note.draft in text for text in seen.notes):
            return  # it was still being written when the agent answered
        else:
            answer = await self._desk.answer(note.draft)
            agent = self.helpdesks[name].agent(seen.agent)
            told = outcome.of_reply(answer, note.at, seen.text, seen.at, agent)
        with suppress(KeyReused):  # told before, and since then the agent has changed the message
            await self._desk.tell(note.draft, told, f"{name}:{seen.key}")
            self.counted["told"] += 1

    def _drafted(self, name: str, came: Came) -> str | None:
        note = self._store.note_of(name, came.conversation, [came.id])
        return note.draft if note else None


def _key(name: str, came: Came) -> str:
    return f"{name} {came.id}"
