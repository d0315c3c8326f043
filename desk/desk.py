"""The desk itself: a ticket becomes a draft that is kept, an agent's answer becomes an outcome."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from desk.errors import StoreTrouble
from desk.serving.batcher import Batched, Batcher
from desk.serving.champion import Champion
from desk.shown import shown
from desk.store.feedback import FeedbackStore, drafted
from desk.traces import Traces
from drafter.live import LiveDraft
from drafter.pseudonyms import Hidden

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Desk:
    """Its parts; the API, the page and the helpdesks all go through here."""

    store: FeedbackStore
    champion: Champion
    batcher: Batcher
    traces: Traces | None = None
    keep_days: int | None = None

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
        """Keep an outcome; on disk when this returns.

        Raises UnknownDraft, KeyReused, or StoreTrouble: then it was not kept.
        """
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
        answer = drafted(kept, _draft_row(batched, seconds))
        if self.traces:
            self.traces.drafted(answer)
        try:
            self.store.keep(answer)
        except StoreTrouble as trouble:
            # the agent needs the draft more than we need its outcome
            logger.warning("a draft is answered that is not kept: %s", trouble)
            return shown({**answer, "id": None})
        return shown(answer)

    def _tell(self, draft_id: str, outcome: Mapping[str, Any], key: str | None) -> str:
        told = self.store.add_outcome(draft_id, outcome, key, self._hide_reply)
        if self.traces:
            self.traces.told(draft_id, told, outcome)
        return told

    def _hide_reply(self, reply: str, values: Mapping[str, str]) -> Hidden:
        return self.champion.current().drafter.hide_reply(reply, values)


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
