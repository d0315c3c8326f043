"""What every generator is handed, what it gives back, and its one method."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from drafter.prompt import Message


@dataclass(frozen=True)
class Prompt:
    """One ticket, ready for any generator.

    `messages` is the chat for those that write; `question` and `at` are for those that look up.
    """

    messages: list[Message]
    question: str
    at: datetime


@dataclass(frozen=True)
class Generation:
    """A text without special tokens, and what it took: tokens in and out, US dollars.

    `failed` says why there is no text worth having: "timeout", "refusal". `confidence` orders one
    generator's texts, higher is surer; None where it can't tell. `read` is what of each message's
    content the model was shown where it was not all.
    """

    text: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    failed: str | None = None
    confidence: float | None = None
    read: tuple[str, ...] | None = None


class Generator(Protocol):
    """Writes one text for each prompt, in their order."""

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]: ...
