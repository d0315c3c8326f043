"""Section `desk.helpdesks` of params.yaml; secrets stand in the environment."""

from typing import Annotated

from pydantic import AfterValidator, Field

from desk.helpdesks.http import usable
from drafter.section import Section

Address = Annotated[str, AfterValidator(usable)]


class ChatwootParams(Section):
    """One account of a Chatwoot."""

    url: Address
    account: int = Field(ge=1)


class ZendeskParams(Section):
    """One Zendesk."""

    url: Address
    email: str = Field(pattern=r"^[^\s:/]+@[^\s:/]+$")
    """Of the agent whose API token it is; internal comments bear that name."""


class WebhookParams(Section):
    """Whatever speaks our own form."""

    reply_to: list[Address]
    """Where answers may be posted to; empty: they are given in place alone."""


class HelpdeskParams(Section):
    """Which helpdesks are connected. One that is null does not listen."""

    page: Address
    """Where agents reach the desk's page: notes link there."""

    chatwoot: ChatwootParams | None
    zendesk: ZendeskParams | None
    webhook: WebhookParams | None

    queue: int = Field(ge=1)
    """Deliveries in hand at most; whoever comes later is told to come again (429)."""

    at_once: int = Field(ge=1)
    """Of those, how many are worked on at the same time."""

    tries: int = Field(ge=1)
    """How often one is tried before it is given up."""

    wait_seconds: float = Field(gt=0)
    """Before the second try; each further wait is twice as long, or as long as is asked for."""

    longest_wait_seconds: float = Field(gt=0)
    """A helpdesk that asks for a longer wait is asked again after this one."""

    drain_seconds: float = Field(ge=0)
    """How long the desk, when it ends, waits for what is being worked on."""

    answer_seconds: float = Field(gt=0)
    """For a whole answer of a helpdesk."""

    answer_kb: int = Field(ge=1)
    """The largest answer of a helpdesk, in KiB."""

    messages: int = Field(ge=1)
    """Of a conversation, the newest that are read."""
