"""The form of what is asked, as /docs shows it; desk/api/answers.py has what is answered."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

# clocks differ by seconds; who is further ahead has mistaken a zone
AHEAD = timedelta(minutes=5)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _sound(text: str) -> str:
    """What can be kept: no NUL, and the mark for an unknown letter where a pair was cut in half."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\x00", "")


def _written(text: str) -> str:
    if not text.strip():
        raise ValueError("has no text: leave the message out, or hand in what was written")
    return text


def _as_text(at: Any) -> Any:
    if not isinstance(at, str | datetime | None):
        raise ValueError("is no text: write it as 2026-03-01T09:30:00+00:00")
    return at


def _past(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(
            f"{at.isoformat()} names no zone: write it as 2026-03-01T09:30:00+00:00, or leave it "
            "out for now"
        )
    if at < EPOCH:
        raise ValueError(f"{at.isoformat()} is before 1970: hand in when the customer wrote")
    if at > datetime.now(UTC) + AHEAD:
        raise ValueError(
            f"{at.isoformat()} is yet to come, and so may be the policies then: hand in when the "
            "customer wrote, or leave it out for now"
        )
    return at


Sound = AfterValidator(_sound)
Text = Annotated[str, Sound]
Written = Annotated[Text, AfterValidator(_written)]
Short = Annotated[str, Field(max_length=255), Sound]
Moment = Annotated[datetime, BeforeValidator(_as_text), AfterValidator(_past)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Form(BaseModel):
    """What a caller sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Message(Form):
    """One message of the conversation."""

    role: Literal["customer", "agent"]
    text: Written


class Ticket(Form):
    """A conversation that waits for a reply."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"messages": [{"role": "customer", "text": "May I send my tent back?"}]}
        }
    )

    messages: list[Message] = Field(min_length=1)
    """Oldest first; the last one is the customer's, and is to be answered."""
    subject: Text | None = None
    at: Moment | None = None
    """When the customer wrote, with its zone: the policies of that day apply. Now, if left out."""
    names: list[Short] = Field(default=[], max_length=20)
    """People known from elsewhere: the customer, then the agent."""
    customer: Short | None = None
    """The helpdesk's key for the customer; never shown to a model."""
    external_id: Short | None = None
    """What the helpdesk calls this ticket."""
    topic: Short | None = None
    locale: Annotated[str, Field(max_length=35), Sound] | None = None
    channel: Annotated[str, Field(max_length=64), Sound] | None = None

    @model_validator(mode="after")
    def _waits_for_a_reply(self) -> "Ticket":
        if self.messages[-1].role == "agent":
            raise ValueError(
                f"messages: the last of {len(self.messages)} is the agent's, so there is nothing "
                "to answer: ask again when the customer has written"
            )
        return self


class Outcome(Form):
    """What became of a draft; `csat` and `reopened` may come later, by themselves."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"action": "edited", "sent": "Of course!", "seconds": 12.5}}
    )

    action: Literal["accepted", "edited", "discarded"] | None = None
    sent: Written | None = None
    """What the customer was sent. Left out where a draft was accepted, it is the draft itself."""
    agent: Annotated[str, Field(max_length=64), Sound] | None = None
    """A key for the agent, not a name."""
    seconds: Finite | None = Field(default=None, ge=0)
    """How long the draft was before the agent."""
    csat: Finite | None = None
    """The customer's rating, on whatever scale the helpdesk has."""
    reopened: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Outcome":
        if self.action is None and self.csat is None and self.reopened is None:
            raise ValueError(
                "it does not say what became of the draft: hand in `action` (accepted, edited, "
                "discarded), or later `csat` or `reopened`"
            )
        if self.action == "edited" and self.sent is None:
            raise ValueError(
                "action edited without `sent`: what the customer was sent is what is learned from"
            )
        return self
