"""What of a long ticket a model was not shown, told by the ticket's own messages."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from drafter.prompt import Message


@dataclass(frozen=True)
class CutMessage:
    """A message of which the model was shown the first `kept` of its `of` characters."""

    number: int
    kept: int
    of: int


@dataclass(frozen=True)
class Cut:
    """How many clauses were left out or shortened, and which messages."""

    clauses: int
    messages: tuple[CutMessage, ...]

    def share_read(self, number: int) -> float:
        """The share of message `number` that the model was shown."""
        return next((one.kept / one.of for one in self.messages if one.number == number), 1.0)

    def told(self) -> dict[str, Any]:
        """As JSON has it: `{"clauses": 2, "messages": [{"number": 0, "kept": 812, "of": 9000}]}`"""
        return {"clauses": self.clauses, "messages": [asdict(one) for one in self.messages]}


def cut_of(
    ticket: Mapping[str, Any], chat: Sequence[Message], read: Sequence[str] | None
) -> Cut | None:
    """What is missing from `read`, the contents that a model saw of `drafter.prompt`'s chat."""
    if read is None:
        return None
    clauses = 0
    turns = list(read)
    if chat[0]["role"] == "system":
        lines = chat[0]["content"].split("\n")
        whole = sum(a == b for a, b in zip(lines, turns.pop(0).split("\n"), strict=False))
        clauses = len(lines) - whole
    messages: list[CutMessage] = []
    turn, before, start = -1, None, 0
    for number, message in enumerate(ticket["messages"]):
        # the prompt joins what one side wrote in a row
        if message["role"] != before:
            turn, before, start = turn + 1, message["role"], 0
        of = len(message["text"])
        kept = min(of, max(0, len(turns[turn]) - start))
        if kept < of:
            messages.append(CutMessage(number, kept, of))
        start += of + 1
    return Cut(clauses, tuple(messages))
