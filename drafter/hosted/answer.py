"""What a provider answered, read from its JSON with nothing taken for granted.

The same for a call and for a line of a batch. An answer is whole or it has failed: `failed` names
why, and a text that was cut is not kept beside it as if it were one.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

# How a text may stop, and what that makes of it; another way is none that a whole draft has.
ANTHROPIC_STOPS = {
    "end_turn": None,
    "stop_sequence": None,
    "refusal": "refusal",
    "max_tokens": "max_tokens",
    "model_context_window_exceeded": "max_tokens",
}
OPENAI_STOPS = {"stop": None, "length": "max_tokens", "content_filter": "refusal"}


@dataclass(frozen=True)
class Answer:
    """One answer. `failed` is None for a whole text; tokens are None where nothing tells them."""

    text: str
    failed: str | None
    tokens_in: int | None
    tokens_out: int | None
    cached: int = 0
    """Of `tokens_in`, how many the provider read from its own cache, at its lower price."""
    model: str | None = None
    """The model as the server names it, which may be a dated one."""
    cost_usd: float = 0.0
    seconds: float | None = None
    """How long the whole answer took; None out of a batch."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def priced(self, usd: float, seconds: float | None) -> "Answer":
        """The same with what it cost and how long it took."""
        return replace(self, cost_usd=usd, seconds=seconds)


class NotAnAnswer(Exception):
    """JSON of another shape than the provider's, or no JSON; the message says where."""


def read_anthropic(value: Any) -> Answer:
    """A Message of Anthropic's API. Raises NotAnAnswer."""
    message = _mapping(value, "answer")
    usage = _mapping(message.get("usage") or {}, "usage")
    blocks = message.get("content")
    if message.get("type") != "message" or not isinstance(blocks, list):
        raise NotAnAnswer("no message with content")
    texts = [
        block["text"]
        for block in blocks
        if isinstance(block, dict)
        and block.get("type") == "text"
        and isinstance(block.get("text"), str)
    ]
    fresh, read, written = (
        _count(usage.get(name))
        for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    )
    return _answer(
        "".join(texts),
        _failure(message.get("stop_reason"), ANTHROPIC_STOPS),
        None if fresh is None else fresh + (read or 0) + (written or 0),
        _count(usage.get("output_tokens")),
        read or 0,
        message.get("model"),
    )


def read_openai(value: Any) -> Answer:
    """A chat completion of OpenAI's protocol. Raises NotAnAnswer."""
    completion = _mapping(value, "answer")
    choices = completion.get("choices")
    if not isinstance(choices, list) or not choices:
        raise NotAnAnswer("no choices")
    choice = _mapping(choices[0], "choice")
    message = _mapping(choice.get("message"), "message")
    text = message.get("content")
    if text is not None and not isinstance(text, str):
        raise NotAnAnswer("content is no text")
    usage = _mapping(completion.get("usage") or {}, "usage")
    details = _mapping(usage.get("prompt_tokens_details") or {}, "prompt_tokens_details")
    failed = _failure(choice.get("finish_reason"), OPENAI_STOPS)
    return _answer(
        text or "",
        "refusal" if message.get("refusal") else failed,
        _count(usage.get("prompt_tokens")),
        _count(usage.get("completion_tokens")),
        _count(details.get("cached_tokens")) or 0,
        completion.get("model"),
    )


def _answer(
    text: str,
    failed: str | None,
    tokens_in: int | None,
    tokens_out: int | None,
    cached: int,
    model: Any,
) -> Answer:
    text = text.strip()
    if failed is None and not text:
        failed = "empty"
    return Answer(
        "" if failed else text,
        failed,
        tokens_in,
        tokens_out,
        cached,
        model if isinstance(model, str) else None,
    )


def _failure(stop: Any, known: Mapping[str, str | None]) -> str | None:
    """Why a text that stopped so is no whole draft; None where it is one."""
    if stop is None:
        return "cut"
    if isinstance(stop, str) and stop in known:
        return known[stop]
    return f"stopped by {str(stop)[:40]}"


def _mapping(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise NotAnAnswer(f"{what} is no object")
    return value


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
