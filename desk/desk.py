"""The desk itself: a ticket becomes a draft that is kept, an agent's answer becomes an outcome."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from desk.serving.batcher import Batched, Batcher
from desk.serving.champion import Champion
from desk.shown import shown
from desk.store.feedback import FeedbackStore
from desk.store.inbox import Inbox
from drafter.live import LiveDraft


@dataclass(frozen=True)
class Desk:
    """Its parts; the API, the page and the helpdesks all go through here."""

    store: FeedbackStore
    champion: Champion
    batcher: Batcher

    @property
    def inbox(self) -> Inbox:
        return Inbox(self.store.engine)

    async def draft(self, ticket: Mapping[str, Any], source: str) -> dict[str, Any]:
        """Draft for a ticket (the form of `desk.api.forms.Ticket`), keep both, give the answer.

        Raises TooMany, NoChampion, or what drafting raises.
        """
        started = time.monotonic()
        at = ticket["at"] or datetime.now(UTC)
        waiting = self.batcher.submit({**ticket, "at": at.isoformat()})
        batched = await asyncio.wrap_future(waiting)
        seconds = time.monotonic() - started
        return await asyncio.to_thread(self._keep, ticket, source, at, batched, seconds)

    async def answer(self, draft_id: str) -> dict[str, Any]:
        """A draft as it was answered, and what became of it. Raises UnknownDraft."""
        return shown(await asyncio.to_thread(self.store.draft, draft_id))

    async def tell(self, draft_id: str, outcome: Mapping[str, Any], key: str | None) -> str:
        """Keep an outcome; on disk when this returns. Raises UnknownDraft or KeyReused."""
        return await asyncio.to_thread(self._tell, draft_id, outcome, key)

    def _keep(
        self,
        ticket: Mapping[str, Any],
        source: str,
        at: datetime,
        batched: Batched,
        seconds: float,
    ) -> dict[str, Any]:
        kept = {name: ticket[name] for name in ("external_id", "customer", "names", "subject",
                "messages", "topic", "locale", "channel")}  # fmt: skip
        kept |= {"source": source, "at": at, "placeholders": dict(batched.draft.values)}
        draft_id = self.store.add_draft(kept, _draft_row(batched, seconds))
        return shown(self.store.draft(draft_id))

    def _tell(self, draft_id: str, outcome: Mapping[str, Any], key: str | None) -> str:
        told = dict(outcome)
        if told.get("sent"):
            ticket = self.store.draft(draft_id)["ticket"]
            drafter = self.champion.current().drafter
            hidden = drafter.hide_reply(told["sent"], ticket["placeholders"])
            if hidden.values != ticket["placeholders"]:
                self.store.add_placeholders(ticket["id"], hidden.values)
            told["sent"] = hidden.texts[0]
        return self.store.add_outcome(draft_id, told, key)


def _draft_row(batched: Batched, seconds: float) -> dict[str, Any]:
    draft: LiveDraft = batched.draft
    findings = [
        {**asdict(found), "start": found.span[0], "end": found.span[1]}
        for found in draft.violations
    ]
    for finding in findings:
        del finding["span"]
    return {
        "role": "champion",
        "version": batched.served.version,
        "candidate": batched.served.candidate,
        "subject": draft.subject,
        "messages": list(draft.messages),
        "text": draft.text,
        "citations": [dict(citation) for citation in draft.citations],
        "findings": findings,
        "abstained": draft.abstained,
        "reason": draft.reason,
        "seconds": seconds,
        "tokens_in": draft.tokens_in,
        "tokens_out": draft.tokens_out,
        "cost_usd": draft.cost_usd,
    }
