"""What became of a draft, as an agent's own reply in the helpdesk tells."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from desk.api.forms import Outcome


def of_reply(
    answer: Mapping[str, Any], noted_at: datetime | None, sent: str, at: datetime, agent: str
) -> dict[str, Any]:
    """The form of `desk.api.forms.Outcome`; `answer` is the draft as agents were shown it.

    A reply with the draft's words, whatever its white space, has accepted it; any other has edited
    it, even where nothing of it is left: how much is for feedback to measure. A draft that was held
    back could be neither.
    """
    if answer["reason"]:
        action = "discarded"
    else:
        action = "accepted" if answer["draft"].split() == sent.split() else "edited"
    # the two clocks may differ: a reply that is older than its note took no time that we know
    seconds = (at - noted_at).total_seconds() if noted_at else -1.0
    return Outcome(
        action=action,
        sent=sent,
        agent=agent,
        seconds=seconds if seconds >= 0 else None,
    ).model_dump()


def of_rating(csat: float) -> dict[str, Any]:
    return Outcome(csat=csat).model_dump()
