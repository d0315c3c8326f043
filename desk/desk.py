"""The desk itself: a ticket becomes a draft that is kept, an agent's answer becomes an outcome."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from desk.asked import Asked
from desk.errors import NoChampion, NoneToAccept, StoreTrouble, UnknownDraft
from desk.meters import Meters
from desk.params import DeskParams
from desk.serving.batcher import Batched, Batcher
from desk.serving.follower import Follower
from desk.serving.shadow import Shadow
from desk.serving.split import Split
from desk.shown import shown
from desk.store.feedback import FeedbackStore, drafted
from desk.store.inbox import Inbox
from desk.store.roles import CHALLENGER, CHAMPION, SHADOW
from desk.traces import Traces
from drafter.live import LiveDraft
from drafter.pseudonyms import Hidden, Pseudonyms

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Desk:
    """Its parts; the API, the page and the helpdesks all go through here."""

    store: FeedbackStore
    champion: Follower
    batcher: Batcher
    meters: Meters
    params: DeskParams
    pseudonyms: Pseudonyms
    traces: Traces | None = None
    split: Split | None = None
    shadow: Shadow | None = None
    _under_way: set[asyncio.Task[dict[str, Any]]] = field(default_factory=set, init=False)

    @property
    def inbox(self) -> Inbox:
        return Inbox(self.store.engine)

    @property
    def challenger(self) -> Follower | None:
        """Who follows the challenger; None where params.yaml has it off."""
        beside = self.split or self.shadow
        return beside.follower if beside else None

    def start(self) -> None:
        """Follow the aliases from now on."""
        self.champion.start()
        if self.challenger:
            self.challenger.start()

    def look(self, again: bool) -> None:
        """Look at the aliases now; `again` tries what was refused once more."""
        self.champion.look(again)
        if self.challenger:
            self.challenger.look(again)

    def ask(self, ticket: Mapping[str, Any], source: str) -> Asked:
        """Put a ticket (the form of `desk.api.forms.Ticket`) in the queue.

        Raises TooMany or GoingDown.
        """
        at = ticket["at"] or datetime.now(UTC)
        whole = {**ticket, "at": at.isoformat()}
        side = self.split.side(ticket) if self.split else None

        def keep(batched: Batched, seconds: float, by_challenger: bool) -> dict[str, Any]:
            row = _draft_row(batched, CHALLENGER if by_challenger else CHAMPION, seconds)
            row["instead_of"] = None if by_challenger else side
            kept = _kept_ticket(ticket, source, at, batched)
            return self._keep(drafted(kept, row), whole)

        asked = Asked(
            self.batcher, whole, keep, self.params.draft_seconds, self.split if side else None
        )
        # begun drafts are kept though nobody waits: a task that nobody holds may be collected
        self._under_way.add(asked.task)
        asked.task.add_done_callback(self._ended)
        return asked

    async def draft(self, ticket: Mapping[str, Any], source: str) -> dict[str, Any]:
        """Draft for a ticket, keep both, give the answer.

        Raises TooMany, GoingDown, NoChampion, TooLate, NotWritten, or what drafting raises.
        """
        return await self.ask(ticket, source).answer()

    async def answer(self, draft_id: str) -> dict[str, Any]:
        """A draft as it was answered, and what became of it. Raises UnknownDraft."""
        return shown(await asyncio.to_thread(self._read, draft_id))

    async def tell(self, draft_id: str, outcome: Mapping[str, Any], key: str | None) -> str:
        """Keep an outcome; on disk when this returns.

        Raises UnknownDraft, KeyReused, NoneToAccept, or StoreTrouble: then it was not kept.
        """
        return await asyncio.to_thread(self._tell, draft_id, outcome, key)

    async def end(self, seconds: float) -> None:
        """Write and keep what has begun; what hangs is left after so long."""
        until = time.monotonic() + seconds
        if self.shadow:
            await asyncio.to_thread(self.shadow.end)
        if self.split:
            # first, for what it does not write is then the champion's
            part = min(self.split.seconds, seconds / 2)
            await asyncio.to_thread(self.split.batcher.close, part)
        left = max(0.0, until - time.monotonic())
        ended = await asyncio.to_thread(self.batcher.close, left)
        if ended and self._under_way:
            await asyncio.wait(self._under_way, timeout=max(0.0, until - time.monotonic()))
        for follower in (self.challenger, self.champion):
            if follower:
                follower.stop()
        if self.traces:
            self.traces.close()

    def _ended(self, task: asyncio.Task[dict[str, Any]]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # asyncio's own log would hold the message of one nobody waited for

    def _keep(self, kept: dict[str, Any], ticket: Mapping[str, Any]) -> dict[str, Any]:
        """Keep what `drafted` put together; `ticket` is what was drafted for."""
        self.meters.drafted(kept)
        if self.traces:
            self.traces.drafted(kept)
        try:
            with self.meters.storing():
                self.store.keep(kept)
        except StoreTrouble as trouble:
            # the agent needs the draft more than we need its outcome
            logger.warning("a draft is answered that is not kept: %s", trouble)
            return shown({**kept, "id": None})
        if self.shadow and kept["role"] == CHAMPION:
            self.shadow.offer(ticket, lambda batched: self._keep_shadow(kept, batched))
        # what was just written need not be read back
        return shown(kept)

    def _keep_shadow(self, beside: Mapping[str, Any], batched: Batched) -> None:
        """Keep what the challenger wrote for the ticket of a draft; from its turn on it took so
        long."""
        if batched.served.version == beside["version"]:
            return  # promoted meanwhile: there is nothing to compare
        row = {**_draft_row(batched, SHADOW, batched.seconds), "instead_of": None}
        with self.meters.storing():
            kept = self.store.add_shadow(beside["ticket"]["id"], row)
        self.meters.drafted(kept)
        if self.traces:
            self.traces.drafted(kept)

    def _read(self, draft_id: str) -> dict[str, Any]:
        if not (draft_id.isascii() and draft_id.isalnum()):
            # not asked for: PostgreSQL can't be asked for a NUL
            raise UnknownDraft("there is no draft of that id: ids are letters and digits")
        with self.meters.storing():
            return self.store.draft(draft_id)

    def _tell(self, draft_id: str, outcome: Mapping[str, Any], key: str | None) -> str:
        told, draft = dict(outcome), self._read(draft_id)
        if told["action"] == "accepted" and not told["sent"]:
            told["sent"] = _accepted(draft)
        with self.meters.storing():
            outcome_id = self.store.add_outcome(draft_id, told, key, self._hide_reply)
        self.meters.told(draft["version"], told["action"])
        if self.traces:
            self.traces.told(draft_id, outcome_id, told)
        return outcome_id

    def _hide_reply(self, reply: str, values: Mapping[str, str]) -> Hidden:
        """By the rules of the version that serves; by params.yaml's while none does."""
        try:
            return self.champion.current().drafter.hide_reply(reply, values)
        except NoChampion:
            return self.pseudonyms.hide_reply(reply, values)


def _accepted(draft: Mapping[str, Any]) -> str:
    """What was sent where a draft was accepted as it is: the draft itself, in placeholders."""
    if draft["reason"] is not None:
        raise NoneToAccept(
            f"draft {draft['id']}: it was held back ({draft['reason']}), so there is none to "
            "accept: hand in `sent`, or say discarded"
        )
    return str(draft["text"])


def _kept_ticket(
    ticket: Mapping[str, Any], source: str, at: datetime, batched: Batched
) -> dict[str, Any]:
    kept = {name: ticket[name] for name in ("external_id", "customer", "names", "subject",
            "messages", "topic", "locale", "channel")}  # fmt: skip
    return kept | {"source": source, "at": at, "placeholders": dict(batched.draft.values)}


def _draft_row(batched: Batched, role: str, seconds: float) -> dict[str, Any]:
    draft: LiveDraft = batched.draft
    findings = [
        {**asdict(found), "start": found.span[0], "end": found.span[1], "soft": soft}
        for soft, all_found in ((False, draft.violations), (True, draft.marks))
        for found in all_found
    ]
    for finding in findings:
        del finding["span"]
    return {
        "role": role,
        "version": batched.served.version,
        "candidate": batched.served.candidate,
        "subject": draft.subject,
        "messages": list(draft.messages),
        "text": draft.text,
        "citations": [dict(citation) for citation in draft.citations],
        "findings": findings,
        "abstained": draft.abstained,
        "reason": draft.reason,
        "cut": draft.cut.told() if draft.cut else None,
        "seconds": seconds,
        "tokens_in": draft.tokens_in,
        "tokens_out": draft.tokens_out,
        "cost_usd": draft.cost_usd,
    }
