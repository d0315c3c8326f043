"""Which answers become a row of the snapshot, and why the others don't.

    reply   what was sent
    draft   what was proposed; none where the guard held it back, as nobody proposed that

A draft that was accepted is an example of a good reply and no pair. One that was changed, or thrown
away for another reply, is both. Left out, the first that applies:

    discarded            nothing was sent
    nothing_sent         as the agent's tool tells it, though the draft was not discarded
    no_conversation      the ticket's own words are gone from the store
    superseded           something else was sent on that message later, from another draft
    reopened             the customer came back: no example, whatever the agent thought
    low_csat             the customer rated it feedback.low_csat or less
    accepted_unread      sent before it can have been read: no evidence that it is good
    accepted_no_seconds  nobody said how long the agent had it, so it can't be told from unread
    accepted_lenient     by an agent whose yes says little: below feedback.least_weight

An accepted draft is left out and not weighed down, because stage sft has no weights, and because a
reply that the model wrote itself adds least: a wrong one would teach its own errors again. An edit
stays, at its weight, which reaches stage dpo. How much was changed is no part of the weight: DPO
sums over the words in which two replies differ, so that a heavy edit pulls harder by itself; that
it is more certain, and that it tells less which of its words mattered, stand against each other.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tasks.customer_key import customer_key
from tasks.feedback.answer import Answer
from tasks.feedback.leniency import Leniency, Told
from tasks.feedback.params import FeedbackParams
from tasks.feedback.read import Drafted

COLUMNS = (
    "ticket_id", "thread_id", "created_at", "customer", "agent", "channel", "locale", "topic",
    "subject", "messages", "draft", "reply", "csat", "draft_weight", "version", "action", "edit",
    "changed",
)  # fmt: skip


@dataclass(frozen=True)
class Resolved:
    """A draft, the agent's answer to it, and what that answer weighs."""

    draft: Drafted
    answer: Answer
    weight: float

    @property
    def outcome(self) -> Mapping[str, Any]:
        assert self.draft.outcome is not None
        return self.draft.outcome

    @property
    def thread(self) -> str:
        """The conversation: as the helpdesk calls it, so that it is the same in its export."""
        return self.draft.external_id or f"desk-{self.draft.ticket}"

    @property
    def ticket_id(self) -> str:
        """T-7, and T-7/2 for the second reply of that conversation."""
        number = replies_before(self.draft.roles) + 1
        return self.thread if number == 1 else f"{self.thread}/{number}"


def replies_before(roles: Sequence[str]) -> int:
    """How often the agent has spoken; messages of his in a row are one reply."""
    return sum(one == "agent" and before != "agent" for before, one in pairwise(["", *roles]))


def as_told(draft: Drafted, answer: Answer) -> Told | None:
    """What an answer tells of leniency; None where it tells nothing.

    A draft that was held back was not offered, and who does not read one judges none.
    """
    assert draft.outcome is not None
    accepted = answer.action == "accepted"
    if draft.held_back or (accepted and answer.read is False):
        return None
    return Told(draft.version, draft.outcome["agent"], draft.topic, accepted)


def weighed(draft: Drafted, answer: Answer, found: Leniency, params: FeedbackParams) -> Resolved:
    """With the answer's weight, to three digits: what lies below differs between machines."""
    assert draft.outcome is not None
    accepted = answer.action == "accepted"
    weight = found.weight(draft.outcome["agent"], accepted, params.most_weight)
    return Resolved(draft, answer, round(weight, 3))


def reasons(resolved: Sequence[Resolved], params: FeedbackParams) -> list[str | None]:
    """For each one why it is left out; None where it becomes a row."""
    last: dict[str, Resolved] = {}
    for one in sorted(resolved, key=lambda one: (one.outcome["at"], one.draft.id)):
        if one.answer.sent is not None:
            last[one.ticket_id] = one
    return [_reason(one, last.get(one.ticket_id), params) for one in resolved]


def _reason(one: Resolved, last: Resolved | None, params: FeedbackParams) -> str | None:
    answer, csat = one.answer, one.outcome["csat"]
    if answer.sent is None:
        return "discarded" if answer.action == "discarded" else "nothing_sent"
    if not one.draft.messages or len(one.draft.messages) != len(one.draft.roles):
        return "no_conversation"
    if last is not one:
        return "superseded"
    if one.outcome["reopened"]:
        return "reopened"
    if csat is not None and csat <= params.low_csat:
        return "low_csat"
    if answer.action != "accepted":
        return None
    if answer.read is None:
        return "accepted_no_seconds"
    if not answer.read:
        return "accepted_unread"
    return "accepted_lenient" if one.weight < params.least_weight else None


def size_of(answer: Answer, params: FeedbackParams) -> str | None:
    """`light` or `heavy`; None where nothing was changed."""
    if answer.action == "accepted" or answer.changed is None:
        return None
    return "heavy" if answer.changed >= params.heavy else "light"


def row_of(one: Resolved, params: FeedbackParams) -> dict[str, str]:
    """A row of COLUMNS; what is not known is empty."""
    draft, answer = one.draft, one.answer
    said = [
        {"role": role, "text": text} for role, text in zip(draft.roles, draft.messages, strict=True)
    ]
    proposed = not draft.held_back
    values = {
        "ticket_id": one.ticket_id,
        "thread_id": one.thread,
        "created_at": draft.at.isoformat(),
        "customer": customer_key(draft.customer) if draft.customer else None,
        "agent": one.outcome["agent"],
        "channel": draft.channel,
        "locale": draft.locale,
        "topic": draft.topic,
        "subject": draft.subject,
        "messages": json.dumps(said, ensure_ascii=False),
        "draft": draft.text if proposed else None,
        "reply": answer.sent,
        "csat": one.outcome["csat"],
        "draft_weight": one.weight if proposed else None,
        "version": draft.version,
        "action": answer.action,
        "edit": size_of(answer, params) if proposed else None,
        "changed": round(answer.changed, 3) if answer.changed is not None and proposed else None,
    }
    return {name: "" if values[name] is None else str(values[name]) for name in COLUMNS}


def counted(words: Sequence[str | None]) -> dict[str, int]:
    """How often each word stands there, by name."""
    counts: dict[str, int] = defaultdict(int)
    for word in words:
        if word is not None:
            counts[word] += 1
    return dict(sorted(counts.items()))
