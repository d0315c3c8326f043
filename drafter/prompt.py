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

    Without chunks the system message is left out: the model then answers from memory.
    """
    turns: list[Message] = []
    if chunks:
        turns.append({"role": "system", "content": "\n".join(chunk["text"] for chunk in chunks)})
    for message in ticket["messages"]:
        role = "user" if message["role"] == "customer" else "assistant"
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += "\n" + message["text"]
        else:
            turns.append({"role": role, "content": message["text"]})
    return turns
