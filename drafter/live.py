"""One live ticket: hide personal data, draft, put the customer's own values back.

A served folder is what `drafter.spec.pack` wrote, with the pseudonyms.json that curation wrote.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drafter.compliance import Violation
from drafter.cut import Cut
from drafter.drafter import Drafter, Written
from drafter.errors import BadInput
from drafter.pseudonyms import Hidden, PseudonymParams, Pseudonyms, restore
from drafter.tables import read_json

PSEUDONYMS_FILE = "pseudonyms.json"


@dataclass(frozen=True)
class LiveDraft:
    """A draft for one live ticket, in placeholders: what may be kept, logged and learned from."""

    subject: str
    messages: tuple[str, ...]
    """The ticket as the model saw it, a text for each message."""
    values: Mapping[str, str]
    """What each placeholder stands for: personal data, for the agent's eyes alone."""
    text: str
    """What was written, also where it is held back."""
    citations: tuple[Mapping[str, Any], ...]
    """The clauses that it uses: chunk_id, doc_id, title, clause, text, url."""
    violations: tuple[Violation, ...]
    """What the guard found, with its place in `text`."""
    abstained: bool
    reason: str | None
    """Why the agent isn't shown the text: "no_policy", "guard: promises", "failed: timeout"."""
    tokens_in: int
    tokens_out: int
    cost_usd: float
    cut: Cut | None
    """What of a long ticket the model was not shown; characters are counted in placeholders."""

    @property
    def shown(self) -> str:
        """What the agent may use, with the customer's own values; empty where it is held back."""
        return restore(self.text, self.values) if self.reason is None else ""


@dataclass(frozen=True)
class LiveDrafter:
    """A drafter with the rules by which the company's training tickets were pseudonymised."""

    drafter: Drafter
    pseudonyms: Pseudonyms

    @classmethod
    def load(cls, folder: Path) -> "LiveDrafter":
        """Open a served folder. Raises ModelUnavailable or UnsafeModel."""
        rules = PseudonymParams(**read_json(folder / PSEUDONYMS_FILE))
        return cls(Drafter.load(folder), Pseudonyms(rules))

    def write(self, tickets: Sequence[Mapping[str, Any]]) -> list[LiveDraft]:
        """Draft a reply to each ticket, in one batch.

        A ticket has `messages` (role customer or agent, text), and may have `subject`, `at` (when
        the customer wrote, in ISO 8601; now unless given), `names` (the customer's first, then the
        agent's), and `topic`, `locale` and `channel`, which rules may ask for. Raises BadInput
        where `at` is no time.
        """
        import polars as pl

        from drafter.records import CURATED

        hidden = self.pseudonyms.hide_all([_texts_and_names(ticket) for ticket in tickets])
        rows = [
            _row(number, ticket, texts.texts)
            for number, (ticket, texts) in enumerate(zip(tickets, hidden, strict=True))
        ]
        written = self.drafter.write(pl.DataFrame(rows, schema=CURATED))
        return [_live(*one) for one in zip(written, hidden, strict=True)]

    def reply(self, tickets: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """As `write`, but what leaves the model alone: `text`, `citations`, `abstained`, `reason`.

        A draft that is held back has no text and no citation (chunk ids), only its reason. So has
        one that failed, though nothing abstained.
        """
        return [
            {
                "text": draft.shown,
                "citations": [] if draft.reason else [c["chunk_id"] for c in draft.citations],
                "abstained": draft.abstained,
                "reason": draft.reason,
            }
            for draft in self.write(tickets)
        ]

    def hide_reply(self, reply: str, values: Mapping[str, str]) -> Hidden:
        """What an agent sent, in the placeholders of the ticket whose `values` these are."""
        return self.pseudonyms.hide_reply(reply, values)


def _texts_and_names(ticket: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    texts = [ticket.get("subject") or "", *(message["text"] for message in ticket["messages"])]
    return texts, list(ticket.get("names") or ())


def _live(written: Written, hidden: Hidden) -> LiveDraft:
    row = written.row
    by_id = {chunk["chunk_id"]: chunk for chunk in written.chunks}
    return LiveDraft(
        subject=hidden.texts[0],
        messages=tuple(hidden.texts[1:]),
        values=hidden.values,
        text=row["text"],
        citations=tuple(by_id[chunk_id] for chunk_id in row["citations"]),
        violations=tuple(written.violations),
        abstained=row["abstained"],
        reason=row["reason"],
        tokens_in=row["tokens_in"],
        tokens_out=row["tokens_out"],
        cost_usd=row["cost_usd"],
        cut=written.cut,
    )


def _row(number: int, ticket: Mapping[str, Any], texts: list[str]) -> dict[str, Any]:
    """A CURATED row with what a live ticket has; the rest is null."""
    at = _moment(ticket.get("at"))
    messages = [
        {"role": message["role"], "text": text, "at": at}
        for message, text in zip(ticket["messages"], texts[1:], strict=True)
    ]
    known = {
        "ticket_id": f"live-{number}",
        "created_at": at,
        "subject": texts[0] or None,
        "messages": messages,
    } | {field: ticket.get(field) for field in ("topic", "locale", "channel")}
    return dict.fromkeys(_FIELDS) | known


def _moment(written: str | None) -> datetime:
    """The time that `written` says, in UTC where it names no zone; now for None."""
    if written is None:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise BadInput(
            f"at: {written!r} is no time: write it as 2026-03-01T09:30:00+00:00, or leave it out"
        ) from None
    return at.replace(tzinfo=at.tzinfo or UTC)


_FIELDS = (
    "thread_id", "customer", "agent", "reply", "cites", "outcome", "source", "language", "group",
    "is_macro",
)  # fmt: skip
