"""A conversation as a helpdesk has it, and what of it is a question, or an answer to one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from desk.api.forms import Ticket
from desk.helpdesks.helpdesk import Question, Reply

# what the form of a ticket takes
NAMES = 20
SHORT = 255


@dataclass(frozen=True)
class Line:
    """A message that the customer sent or was sent, or an internal note."""

    id: str
    role: Literal["customer", "agent", "note"]
    text: str
    at: datetime
    agent: str | None = None
    """The helpdesk's id for the person who wrote it; None for a customer, or a bot."""
    name: str | None = None


def question(
    conversation: str, lines: Sequence[Line], agent: object, more: Mapping[str, Any],
    stamp: str | None = None,
) -> Question | None:  # fmt: skip
    """What the customer waits for an answer to; None where the last word is not theirs.

    `agent` is the name of whoever is to answer, where there is one; `more` is what else the
    helpdesk knows of the ticket.
    """
    spoken = [line for line in lines if line.role != "note"]
    if not spoken or spoken[-1].role != "customer":
        return None
    customers = [line.name for line in spoken if line.role == "customer"]
    agents = [line.name for line in spoken if line.role == "agent"]
    # the customer's first, then the one with whose name a draft is to end
    known = [*customers, agent if isinstance(agent, str) else None, *agents]
    names = list(dict.fromkeys(name[:SHORT] for name in known if name))[:NAMES]
    ticket = Ticket.model_validate(
        {
            "messages": [{"role": line.role, "text": line.text} for line in spoken],
            "at": spoken[-1].at,
            "names": names,
            "external_id": conversation,
            **more,
        }
    )
    notes = [line.text for line in lines if line.role == "note"]
    return Question(spoken[-1].id, conversation, ticket.model_dump(), notes, stamp)


def reply(conversation: str, lines: Sequence[Line], message: str | None = None) -> Reply | None:
    """The agent's answer in `message`; the newest answer of all where none is named.

    None where it is no person's, or where no customer's message stands right before it.
    """
    for place in reversed(range(len(lines))):
        answer, before = lines[place], lines[:place]
        if answer.agent is None or message not in (None, answer.id):
            continue
        asked = []
        for line in reversed([line for line in before if line.role != "note"]):
            if line.role != "customer":
                break
            asked.append(line.id)
        if asked:
            notes = [line.text for line in before if line.role == "note"]
            return Reply(
                answer.id, conversation, asked, answer.text, answer.agent, answer.at, notes
            )
    return None
