"""What the desk knows of a ticket, in words for an agent."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

FAILED, GUARD = "failed: ", "guard: "


class State(NamedTuple):
    """How a ticket stands: a look (a class of desk.css), a word or two, and a sentence."""

    look: str
    word: str
    why: str


def drafted(reason: str | None) -> State:
    """How a draft stands whose reason for being held back is `reason` (desk/store/tables.py)."""
    if reason is None:
        return State("ready", "Draft ready", "")
    if reason.startswith(GUARD):
        rules = spoken(reason.removeprefix(GUARD))
        return State(
            "held", f"Held back: {rules}",
            "The guard held this draft back: it breaks a rule of the house, as said below.",
        )  # fmt: skip
    if reason.startswith(FAILED):
        what = spoken(reason.removeprefix(FAILED))
        return State(
            "failed", f"Failed: {what}", f"No draft was written: the model failed ({what})."
        )
    if reason == "no_policy":
        return State(
            "held", "No policy",
            "No policy in force answers this, so there is nothing that a draft could rest on.",
        )  # fmt: skip
    if reason == "cut":
        return State(
            "held", "Held back: read in part",
            "The model read less than half of what the customer wrote last, so this may answer "
            "something else.",
        )  # fmt: skip
    if reason == "no_question":
        return State(
            "failed", "No text",
            "The customer's last message has no words, only a picture or markup: look at it there.",
        )  # fmt: skip
    if reason == "empty":
        return State("failed", "Nothing written", "The model wrote nothing for this ticket.")
    return State(
        "held", f"Held back: {spoken(reason)}", f"The draft is held back: {spoken(reason)}."
    )


_DONE = {
    "accepted": State("ready", "Sent as drafted", "The draft was sent as it was."),
    "edited": State("edited", "Sent, edited", "The draft was edited and sent."),
    "discarded": State("failed", "Discarded", "The draft was discarded; nothing was sent from it."),
}


def done(action: str) -> State:
    """What became of a draft."""
    return _DONE[action]


def because(found: Mapping[str, Any]) -> str:
    """Why a finding is one; of what must be said, without the patterns that were looked for."""
    why = str(found["why"])
    return why.partition(" (nothing in it matches")[0] if found["kind"] == "must_say" else why


def spoken(name: str) -> str:
    """A rule's or a failure's name, as one would say it."""
    return name.replace("_", " ")


def age(since: datetime, now: datetime) -> str:
    """How long ago, to one unit: "now", "4 min", "3 h", "12 d"."""
    seconds = (now - utc(since)).total_seconds()
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return "now"


def utc(at: datetime) -> datetime:
    """`at` with its zone: SQLite gives times without one, and they are in UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def customer(ticket: Mapping[str, Any]) -> str:
    """Who writes: a name, else the helpdesk's key, else nobody known."""
    names = ticket["names"] or []
    return str((names[0] if names else None) or ticket["customer"] or "Customer")


def headline(ticket: Mapping[str, Any]) -> str:
    """A subject; where there is none, how the last message starts."""
    return str(ticket["subject"] or snippet(ticket) or "No subject")


def snippet(ticket: Mapping[str, Any], most: int = 160) -> str:
    """How the last message starts, on one line."""
    messages = ticket["messages"]
    text = " ".join(messages[-1]["text"][: 4 * most].split()) if messages else ""
    return text if len(text) <= most else text[:most].rstrip() + "…"
