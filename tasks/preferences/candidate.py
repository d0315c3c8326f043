"""A pair that may be: what every origin hands on, until it is kept or has its reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from drafter.draw import share_of
from drafter.prompt import Message, build_prompt

Ticket = Mapping[str, Any]
KEYS = ("ticket_id", "source", "thread_id", "customer", "group")


@dataclass(frozen=True)
class Candidate:
    """Two replies to one prompt. `reason` says why it is no pair; then the rest may be empty."""

    ticket: Mapping[str, str | None]
    """Of the ticket it comes from what KEYS names; the rest would be all tickets in memory."""
    origin: str
    part: str = ""
    """Tells several of one ticket and origin apart."""
    prompt: tuple[Message, ...] = ()
    chosen: str = ""
    rejected: str = ""
    edit: str | None = None
    weight: float = 1.0
    """How much it says beside others of its origin."""
    reason: str | None = None

    @classmethod
    def of(cls, ticket: Ticket, origin: str, **fields: Any) -> "Candidate":
        """From a RETRIEVED row."""
        return cls({key: ticket[key] for key in KEYS}, origin, **fields)

    @property
    def ticket_id(self) -> str:
        return str(self.ticket["ticket_id"])

    @property
    def pair_id(self) -> str:
        return ":".join(filter(None, (self.origin, self.ticket_id, self.part)))

    def without(self, reason: str) -> "Candidate":
        """The same, left out."""
        return replace(self, reason=reason)


def kept(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those that no reason speaks against."""
    return [candidate for candidate in candidates if candidate.reason is None]


def prompt_with(ticket: Ticket, chunks: Iterable[Mapping[str, Any]]) -> tuple[Message, ...]:
    """The chat that drafting would show with these clauses."""
    return tuple(build_prompt(ticket, list(chunks)))


def prompt_for(
    ticket: Ticket, chunks: int, without_policy: float, seed: int
) -> tuple[Message, ...]:
    """The chat with the ticket's clauses or, for a share of the tickets, with none.

    For pairs that no figure tells apart: these teach drafting from memory and with clauses alike.
    """
    shown = share_of(f"{seed}:shown:{ticket['ticket_id']}") >= without_policy
    return prompt_with(ticket, ticket["chunks"][:chunks] if shown else ())


def evidence_of(ticket: Ticket, chunks: Iterable[Mapping[str, Any]]) -> list[str]:
    """What a reply may rest on: the clauses, where they stand, and what the ticket itself says."""
    clauses = [part for chunk in chunks for part in (chunk["text"], chunk["url"]) if part]
    said = [ticket["subject"] or "", *(message["text"] for message in ticket["messages"])]
    return clauses + said
