"""One live ticket: hide personal data, draft, put the customer's own values back.

A served folder is what `drafter.spec.pack` wrote, with the pseudonyms.json that curation wrote.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drafter.drafter import Drafter
from drafter.errors import BadInput
from drafter.pseudonyms import Hidden, PseudonymParams, Pseudonyms, restore
from drafter.tables import read_json

PSEUDONYMS_FILE = "pseudonyms.json"


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

    def reply(self, tickets: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Draft a reply to each ticket: `text`, `citations` (chunk ids), `abstained`, `reason`.

        A draft that is held back has no text and no citation, only its reason: "no_policy",
        "guard: promises". So has one that failed, though nothing abstained.

        A ticket has `messages` (role customer or agent, text), and may have `subject`, `at` (when
        the customer wrote, in ISO 8601; now unless given), `names` (the customer's first, then the
        agent's), and `topic`, `locale` and `channel`, which rules may ask for. Raises BadInput
        where `at` is no time.
        """
        import polars as pl

        from drafter.records import CURATED

        hidden = [self._hide(ticket) for ticket in tickets]
        rows = [
            _row(number, ticket, texts.texts)
            for number, (ticket, texts) in enumerate(zip(tickets, hidden, strict=True))
        ]
        drafts = self.drafter.draft(pl.DataFrame(rows, schema=CURATED))
        return [
            _shown(draft, texts)
            for draft, texts in zip(drafts.iter_rows(named=True), hidden, strict=True)
        ]

    def _hide(self, ticket: dict[str, Any]) -> Hidden:
        texts = [ticket.get("subject") or "", *(message["text"] for message in ticket["messages"])]
        return self.pseudonyms.hide(texts, ticket.get("names") or ())


def _shown(draft: dict[str, Any], hidden: Hidden) -> dict[str, Any]:
    """What leaves the model: the text with the customer's own values, or why there is none."""
    passed = draft["reason"] is None
    return {
        "text": restore(draft["text"], hidden.values) if passed else "",
        "citations": draft["citations"] if passed else [],
        "abstained": draft["abstained"],
        "reason": draft["reason"],
    }


def _row(number: int, ticket: dict[str, Any], texts: list[str]) -> dict[str, Any]:
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
