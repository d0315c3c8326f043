"""Where a hosted model is asked and how; everything but the key, which no file ever holds."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from drafter.prompt import Message

Provider = Literal["anthropic", "openai"]

# Said in full, because the clients would otherwise take an address from the environment.
ADDRESSES = {"anthropic": "https://api.anthropic.com", "openai": "https://api.openai.com/v1"}

# More tokens than any chat format spends on a conversation and on each of its messages.
TOKENS_OF_A_CHAT = 64
TOKENS_OF_A_MESSAGE = 16


@dataclass(frozen=True)
class Endpoint:
    """A model behind an address, as params.yaml names it.

    `settings` are fields of the request that the provider knows: {"reasoning_effort": "none"}.
    `usd_per_million` is [tokens in, tokens out] where no price table knows the model.
    """

    provider: Provider
    model: str
    base_url: str | None
    """None: the provider's own."""
    key: str | None
    """The environment variable that holds the key; None where the server asks for none."""
    instruction: str | None
    """What stands before the policy in the system message."""
    max_tokens: int
    settings: dict[str, Any]
    timeout: float
    """Seconds for one whole answer."""
    retries: int
    longest_wait: float
    """Seconds; a server that asks for a longer pause before the next try is given up on."""
    concurrency: int
    give_up_after: int
    """So many calls in a row without an answer stop all: the provider is away, not a ticket odd."""
    batch: bool
    usd_per_million: tuple[float, float] | None

    @property
    def address(self) -> str:
        return self.base_url or ADDRESSES[self.provider]

    def as_json(self) -> dict[str, Any]:
        """As drafter.json holds it; `Endpoint(**value)` reads it."""
        return asdict(self)


@dataclass(frozen=True)
class Request:
    """What is asked about one ticket: the body that is sent, and its address in the store."""

    body: dict[str, Any]
    address: str
    most_tokens_in: int
    """No tokenizer that works on bytes makes more of it."""


def request_of(endpoint: Endpoint, messages: Sequence[Message]) -> Request:
    """The request for one chat. Its address is a hash of where it goes and of all of its body."""
    system = [endpoint.instruction] if endpoint.instruction else []
    system += [message["content"] for message in messages if message["role"] == "system"]
    turns = [message for message in messages if message["role"] != "system"]
    body = _body(endpoint, "\n\n".join(system), turns) | endpoint.settings
    asked = json.dumps([endpoint.provider, endpoint.address, body], sort_keys=True)
    texts = [*system, *(turn["content"] for turn in turns)]
    most = sum(len(text.encode()) for text in texts) + TOKENS_OF_A_CHAT
    most += TOKENS_OF_A_MESSAGE * len(texts)
    return Request(body, hashlib.sha256(asked.encode()).hexdigest(), most)


def _body(endpoint: Endpoint, system: str, turns: Sequence[Message]) -> dict[str, Any]:
    body: dict[str, Any] = {"model": endpoint.model}
    if endpoint.provider == "anthropic":
        body |= {"max_tokens": endpoint.max_tokens, "messages": list(turns)}
        return body | ({"system": system} if system else {})
    # OpenAI's newer models refuse the older name; servers of others often know no other
    limit = "max_tokens" if endpoint.base_url else "max_completion_tokens"
    said = [{"role": "system", "content": system}] if system else []
    return body | {limit: endpoint.max_tokens, "messages": [*said, *turns]}
