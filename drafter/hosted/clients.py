"""The official clients, each behind the two things that are asked of it: answers and batches."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Literal, Protocol

from drafter.hosted.answer import Answer
from drafter.hosted.endpoint import Endpoint, Request

State = Literal["running", "ended", "failed"]


class Client(Protocol):
    """One endpoint. Its methods raise CallFailed, and NotAnAnswer where what came can't be read."""

    def ask(self, body: dict[str, Any]) -> Answer:
        """One call, tried once."""

    def submit(self, requests: Sequence[Request]) -> str:
        """Start a batch; gives its id."""

    def state(self, batch: str) -> State:
        """How far a batch is."""

    def results(self, batch: str) -> Iterator[tuple[str, Answer | str]]:
        """What an ended batch holds: each request's address with its answer, or why it has none."""

    def close(self) -> None:
        """Close its connections."""


def open_client(endpoint: Endpoint) -> Client:
    """The client for an endpoint. Raises KeyMissing where its key is not in the environment."""
    if endpoint.provider == "anthropic":
        from drafter.hosted.anthropic_api import AnthropicClient

        return AnthropicClient(endpoint)
    from drafter.hosted.openai_api import OpenAIClient

    return OpenAIClient(endpoint)


def result_lines(text: str) -> Iterator[dict[str, Any]]:
    """The lines of a batch's results that name their request; whoever has none is asked again."""
    for line in text.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict) and isinstance(value.get("custom_id"), str):
            yield value
