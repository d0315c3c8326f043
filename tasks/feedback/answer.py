"""What an agent did with a draft, told from the texts and the clock.

accepted    what was sent is the draft, whatever the agent's tool calls it
edited      something else was sent
discarded   nothing was sent, or what was sent is called something else than the draft

Read is a draft that stood before the agent for a share of the time that reading it takes. The share
is small: people skim a text two to four times as fast as they read it (Rayner et al., "So Much to
Read, So Little Time", 2016), so what is quicker than that has not been looked at.
"""

from dataclasses import dataclass
from typing import Literal

from tasks.changed_words import changed_words, words
from tasks.feedback.params import FeedbackParams
from tasks.feedback.read import Drafted

Action = Literal["accepted", "edited", "discarded"]


@dataclass(frozen=True)
class Answer:
    """An agent's answer to one draft."""

    action: Action
    sent: str | None
    read: bool | None
    """None where nobody said how long the draft was before the agent."""
    changed: float | None
    """The share of the words that were changed; None where nothing was sent."""


def answer_to(draft: Drafted, params: FeedbackParams, words_a_minute: float) -> Answer:
    """Of a draft with an outcome."""
    assert draft.outcome is not None
    action, sent = draft.outcome["action"], draft.outcome["sent"]
    if action == "accepted" and not draft.held_back:
        sent = sent or draft.text
    sent = sent if sent and sent.strip() else None
    seconds = draft.outcome["seconds"]
    read = None
    if seconds is not None:
        least = params.read_share * 60 * len(words(draft.text)) / words_a_minute
        read = seconds >= least
    if sent is None:
        return Answer("discarded" if action == "discarded" else "edited", None, read, None)
    if sent.split() == draft.text.split() and not draft.held_back:
        return Answer("accepted", draft.text, read, 0.0)
    called: Action = "discarded" if action == "discarded" else "edited"
    return Answer(called, sent, read, share_changed(draft.text, sent))


def share_changed(draft: str, sent: str) -> float:
    """Words put in, taken out or replaced, of the longer text's; 0 where only signs differ."""
    ours, theirs = words(draft), words(sent)
    longer = max(len(ours), len(theirs))
    return changed_words(ours, theirs) / longer if longer else 0.0
