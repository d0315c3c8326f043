"""The form of what is answered, as /docs shows it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """What the desk gives back."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Citation(Answer):
    """A clause that the draft rests on."""

    chunk_id: str
    doc_id: str
    title: str
    clause: str
    text: str
    url: str | None


class Finding(Answer):
    """What the guard found in the text: a rule, why, and the place, in characters."""

    rule: str
    kind: str
    why: str
    start: int
    end: int
    soft: bool
    """It holds nothing back, but tells whose word this is: a customer's alone, or a policy's that
    names somebody else's address."""


class CutMessage(Answer):
    """A message that the model read the first characters of."""

    number: int
    """Its place in the ticket, the first is 0."""
    kept: int
    """Characters that the model read; 0 where it read none."""
    of: int


class Cut(Answer):
    """What the model was not shown, because its positions are fewer than the ticket's tokens."""

    clauses: int
    """Clauses of the policy that were left out, the least relevant ones."""
    messages: list[CutMessage]


class ToldOutcome(Answer):
    """What is known of a draft's outcome: of each field, what was told last."""

    action: Literal["accepted", "edited", "discarded"] | None
    sent: str | None
    agent: str | None
    seconds: float | None
    csat: float | None
    reopened: bool | None


class Drafted(Answer):
    """A draft, with the customer's own values."""

    id: str | None
    """To tell the outcome by; null where the draft is not kept."""
    kept: bool
    """False while the feedback store is full or away: use the draft, its outcome can't be told."""
    draft: str
    """Empty where it is held back."""
    held_back: str
    """The text that the guard held back; empty otherwise. Not to be sent as it is."""
    citations: list[Citation]
    findings: list[Finding]
    """Places in `held_back`, or in `draft` where it is not held back: those are `soft`."""
    abstained: bool
    reason: str | None
    """Why there is no draft: `no_policy`, `no_question`, `guard: RULE`, `cut`, `empty`,
    `failed: …`; null where there is one."""
    cut: Cut | None = None
    """What of a long ticket the model was not shown; null where it has read all."""
    tokens_in: int
    tokens_out: int
    version: str
    candidate: str
    created_at: datetime
    outcome: ToldOutcome | None = None


class Told(Answer):
    """An outcome that is on disk."""

    id: str
