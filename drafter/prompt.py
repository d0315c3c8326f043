"""The one prompt template, used in training, in evaluation and in serving.

Policy stands before the ticket, so that prompts about one clause share a prefix.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict


class Message(TypedDict):
    """One turn of a chat, as every chat template expects it."""

    role: str
    content: str


def build_prompt(ticket: Mapping[str, Any], chunks: Sequence[Mapping[str, Any]]) -> list[Message]:
    """The chat that asks for a reply to `ticket` (a TICKET row) with `chunks` as its policy.

    Each chunk is one line, the best first: a small model reads the first, and a prompt that is too
    long loses its last lines. Without chunks the system message is left out, and the model answers
    from memory.
    """
    turns: list[Message] = []
    if chunks:
        turns.append({"role": "system", "content": "\n".join(map(_line, chunks))})
    for message in ticket["messages"]:
        role = "user" if message["role"] == "customer" else "assistant"
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += "\n" + message["text"]
        else:
            turns.append({"role": role, "content": message["text"]})
    return turns


def _line(chunk: Mapping[str, Any]) -> str:
    """The clause on one line, with its document's title unless it says that itself."""
    text = " ".join(chunk["text"].split())
    title = " ".join((chunk["title"] or "").split())
    return text if title.casefold() in text.casefold() else f"{title}: {text}"
