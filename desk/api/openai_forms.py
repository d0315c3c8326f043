"""OpenAI's chat completions, as far as a desk can keep them: what is asked, made into a ticket.

user is the customer, assistant the agent. What is accepted and does nothing stands in IGNORED; what
would have to change the answer and can't is refused by name.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from desk.api.forms import Short, Text, Ticket
from desk.errors import Unsupported

# A draft is written greedily by a model that was trained for its length and voice.
IGNORED = (
    "temperature", "top_p", "seed", "presence_penalty", "frequency_penalty", "max_tokens",
    "max_completion_tokens", "reasoning_effort", "verbosity", "service_tier", "store", "metadata",
    "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "parallel_tool_calls",
)  # fmt: skip
# parameter -> the one value, beside null, that changes nothing
ONLY: dict[str, Any] = {
    "n": 1, "tools": [], "functions": [], "tool_choice": "none", "function_call": "none",
    "logprobs": False, "top_logprobs": 0, "logit_bias": {}, "stop": [],
    "response_format": {"type": "text"}, "modalities": ["text"], "audio": None,
    "prediction": None, "web_search_options": None, "moderation": None,
}  # fmt: skip
MOST_NAMES = 20
ROLES = {"user": "customer", "assistant": "agent"}


def _read(content: Any) -> Any:
    """The text of a message's content, which may come in parts."""
    if not isinstance(content, list):
        return content or ""
    texts = []
    for part in content:
        text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None
        if not isinstance(text, str):
            raise ValueError("only text is read: hand in a string, or parts of type text")
        texts.append(text)
    return "\n".join(texts)


class ChatMessage(BaseModel):
    """`system` and `developer` are accepted and not shown to the model: see docs/desk.md."""

    # OpenAI's clients hand back what they were given: refusal, annotations, null tool_calls
    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant"]
    content: Annotated[Text, BeforeValidator(_read)] = ""
    name: Short | None = None


class StreamOptions(BaseModel):
    """Whether the last chunk tells the tokens."""

    model_config = ConfigDict(extra="allow")

    include_usage: bool = False


class Completion(BaseModel):
    """A chat that waits for its next message."""

    model_config = ConfigDict(
        extra="allow",
        use_attribute_docstrings=True,
        json_schema_extra={
            "example": {
                "model": "support-drafter",
                "messages": [{"role": "user", "content": "May I send my tent back?"}],
            }
        },
    )

    model: Text
    """The registered model's name: GET /v1/models."""
    messages: list[ChatMessage] = Field(min_length=1)
    """user is the customer, assistant the agent; `name` is who wrote."""
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    user: Short | None = None
    """Kept as the ticket's `customer`."""

    def check(self) -> None:
        """Raises Unsupported where a parameter can't be kept."""
        for name, value in (self.model_extra or {}).items():
            if name in ONLY:
                if value is not None and value != ONLY[name]:
                    raise Unsupported(name, "a desk gives one draft, as text; leave it out")
            elif name not in IGNORED:
                known = name if name.isidentifier() and len(name) < 33 else "(an odd name)"
                raise Unsupported(known, "there is no such parameter here; docs/desk.md lists all")
        for number, message in enumerate(self.messages):
            for name, value in (message.model_extra or {}).items():
                if name in ("tool_calls", "function_call", "audio") and value:
                    raise Unsupported(f"messages.{number}.{name}", "a desk calls no tools")

    def ignored(self) -> list[str]:
        """What was handed in and does nothing."""
        given = self.model_extra or {}
        told = [name for name in IGNORED if given.get(name) is not None]
        unseen = (n for n, one in enumerate(self.messages) if one.role not in ROLES)
        return [*told, *(f"messages.{number}" for number in unseen)]

    def ticket(self) -> dict[str, Any]:
        """The conversation in the form of a Ticket. Raises Unsupported where it isn't one."""
        spoken = [(n, one) for n, one in enumerate(self.messages) if one.role in ROLES]
        if not spoken:
            raise Unsupported("messages", "none is the user's, so there is nothing to answer")
        if spoken[-1][1].role == "assistant":
            raise Unsupported(
                "messages", "the last is the assistant's, so there is nothing to answer: ask again "
                "when the user has written"
            )  # fmt: skip
        for number, message in spoken:
            if not message.content.strip():
                raise Unsupported(f"messages.{number}.content", "has no text: leave it out")
        said = [message for _, message in spoken]
        return Ticket.model_validate(
            {
                "messages": [{"role": ROLES[one.role], "text": one.content} for one in said],
                "names": list(_names(said))[:MOST_NAMES],
                "customer": self.user,
            }
        ).model_dump()


def _names(messages: list[ChatMessage]) -> Iterator[str]:
    """The customer's, then the agent's, as far as they are told."""
    for role in ROLES:
        yield from dict.fromkeys(one.name for one in messages if one.role == role and one.name)
