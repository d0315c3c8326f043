"""The form of what is asked and answered, as the OpenAPI page shows it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Short = Annotated[str, Field(max_length=255)]


class Form(BaseModel):
    """What a caller sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Message(Form):
    """One message of the conversation."""

    role: Literal["customer", "agent"]
    text: str


class Ticket(Form):
    """A conversation that waits for a reply."""

    messages: list[Message] = Field(min_length=1)
    """Oldest first; the last one is what is to be answered."""
    subject: str | None = None
    at: datetime | None = None
    """When the customer wrote: the policies in force then apply. Now, unless given."""
    names: list[Short] = Field(default=[], max_length=20)
    """People known from elsewhere: the customer, then the agent."""
    customer: Short | None = None
    """The helpdesk's key for the customer; never shown to a model."""
    external_id: Short | None = None
    """What the helpdesk calls this ticket."""
    topic: Short | None = None
    locale: Annotated[str, Field(max_length=35)] | None = None
    channel: Annotated[str, Field(max_length=64)] | None = None


class Citation(BaseModel):
    """A clause that the draft rests on."""

    chunk_id: str
    doc_id: str
    title: str
    clause: str
    text: str
    url: str | None


class Finding(BaseModel):
    """What the guard found in the text: a rule, and the place, in characters."""

    rule: str
    kind: str
    why: str
    start: int
    end: int


class Outcome(Form):
    """What became of a draft; `csat` and `reopened` may come later, by themselves."""

    action: Literal["accepted", "edited", "discarded"] | None = None
    sent: str | None = None
    """What the customer was sent."""
    agent: Annotated[str, Field(max_length=64)] | None = None
    """A key for the agent, not a name."""
    seconds: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """How long the draft was before the agent."""
    csat: float | None = Field(default=None, allow_inf_nan=False)
    reopened: bool | None = None


class Drafted(BaseModel):
    """A draft, with the customer's own values."""

    model_config = ConfigDict(use_attribute_docstrings=True)

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
    """Places in `held_back`."""
    abstained: bool
    reason: str | None
    """Why there is no draft: `no_policy`, `guard: RULE`, `failed: …`; null where there is one."""
    version: str
    candidate: str
    created_at: datetime
    outcome: Outcome | None = None


class Told(BaseModel):
    """An outcome that is on disk."""

    id: str
