"""What the desk asks of a helpdesk: to read what came in, to look at it, to note a draft.

`read` looks at one delivery alone and is answered at once. `look` and `note` ask the helpdesk over
the network, so they run behind the answer, and may be tried again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol


@dataclass(frozen=True)
class Delivery:
    """One call of a webhook."""

    headers: Mapping[str, str]
    """By their names in small letters."""
    body: bytes
    now: float
    """When it came, in seconds since 1970."""


@dataclass(frozen=True)
class Came:
    """What a delivery is about, in ids: it is kept until it is done, and holds no text."""

    id: str
    """The same each time the helpdesk delivers the same thing."""
    what: Literal["changed", "asked", "replied", "rated"]
    """`changed`: the helpdesk says no more, so `look` finds out."""
    conversation: str
    message: str = ""
    rating: float | None = None
    pending: bool = False
    """Whether the helpdesk keeps the conversation from its agents until a bot lets go of it."""


@dataclass(frozen=True)
class CameWhole(Came):
    """A delivery with the ticket in it, which is in memory alone: it is personal data."""

    ticket: Mapping[str, Any] | None = None
    reply_to: str | None = None
    """None: the caller waits for the answer."""


@dataclass(frozen=True)
class Question:
    """A customer waits for a reply."""

    key: str
    """The message that is to be answered, or what else is the same when it is looked at again."""
    conversation: str
    ticket: Mapping[str, Any]
    """The form of `desk.api.forms.Ticket`."""
    notes: Sequence[str] = ()
    """Internal notes that stand in the conversation already."""
    stamp: str | None = None
    """When the conversation last changed, as the helpdesk writes it."""
    reply_to: str | None = None


@dataclass(frozen=True)
class Reply:
    """An agent has answered the customer."""

    key: str
    conversation: str
    questions: Sequence[str]
    """The customer's messages that it answers, newest first."""
    text: str
    agent: str
    """The helpdesk's id for the agent."""
    at: datetime
    notes: Sequence[str]
    """Internal notes that stood before it: what the agent could have seen."""


@dataclass(frozen=True)
class Rating:
    """A customer has said how content they are, from 1 to 5."""

    key: str
    conversation: str
    csat: float


Seen = Question | Reply | Rating


@dataclass(frozen=True)
class Note:
    """A draft for the agents' eyes."""

    answer: Mapping[str, Any]
    """The form of `desk.api.forms.Drafted`."""
    link: str
    """The draft on the desk's page."""


class Helpdesk(Protocol):
    """One helpdesk of the company."""

    def read(self, delivery: Delivery) -> Came | None:
        """What came in; None where it asks for nothing. Raises BadSignature or BadDelivery."""
        ...

    def look(self, came: Came) -> Sequence[Seen]:
        """What that is to the desk, as the conversation now stands. Raises Again or GivenUp."""
        ...

    def note(self, question: Question, note: Note) -> None:
        """Put a draft where agents see it and customers don't. Raises Again or GivenUp."""
        ...

    def agent(self, agent: str) -> str:
        """A key for an agent that names nobody."""
        ...

    def close(self) -> None:
        """Nothing more is asked of it."""
        ...
