"""One live ticket: clean it, hide personal data, draft, put the customer's own values back.

The steps before drafting are curation's, in its order, so that a mail reads in serving as it did in
training. A served folder is what `drafter.spec.pack` wrote, with the pseudonyms.json that curation
wrote; cleaning is code and has no values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drafter.clean import clean_lines, clean_texts
from drafter.compliance import Violation
from drafter.compliance.sources import marks
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
    """The ticket as the model saw it, a text for each message; "" for one that cleaning emptied."""
    values: Mapping[str, str]
    """What each placeholder stands for: personal data, for the agent's eyes alone."""
    text: str
    """What was written, also where it is held back."""
    citations: tuple[Mapping[str, Any], ...]
    """The clauses that it uses: chunk_id, doc_id, title, clause, text, url."""
    violations: tuple[Violation, ...]
    """What the guard found, with its place in `text`."""
    marks: tuple[Violation, ...]
    """What only the customer says, or a policy of somebody else's: agents see whose word it is."""
    abstained: bool
    reason: str | None
    """Why the agent isn't shown the text: "no_policy", "guard: promises", "failed: timeout".

    "no_question" where the customer's last message is no text, only markup: nothing was written.
    """
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

        texts = cleaned(tickets)
        names = [list(ticket.get("names") or ()) for ticket in tickets]
        hidden = self.pseudonyms.hide_all(list(zip(texts, names, strict=True)))
        rows = [
            _row(number, ticket, one.texts)
            for number, (ticket, one) in enumerate(zip(tickets, hidden, strict=True))
        ]
        asking = [number for number, one in enumerate(hidden) if one.texts[-1]]
        table = pl.DataFrame([rows[number] for number in asking], schema=CURATED)
        written = dict(zip(asking, self.drafter.write(table) if asking else (), strict=True))
        return [
            self._live(written[number], rows[number], one)
            if number in written
            else _no_question(one)
            for number, one in enumerate(hidden)
        ]

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

    def _live(self, written: Written, ticket: Mapping[str, Any], hidden: Hidden) -> LiveDraft:
        row, rules = written.row, self.drafter.rules
        by_id = {chunk["chunk_id"]: chunk for chunk in written.chunks}
        found = (
            marks(row["text"], ticket, written.chunks, hidden.values, rules)
            if rules is not None
            else ()
        )
        return LiveDraft(
            subject=hidden.texts[0],
            messages=tuple(hidden.texts[1:]),
            values=hidden.values,
            text=row["text"],
            citations=tuple(by_id[chunk_id] for chunk_id in row["citations"]),
            violations=tuple(written.violations),
            marks=tuple(found),
            abstained=row["abstained"],
            reason=row["reason"],
            tokens_in=row["tokens_in"],
            tokens_out=row["tokens_out"],
            cost_usd=row["cost_usd"],
            cut=_counted(written.cut, hidden.texts[1:]),
        )


def cleaned(tickets: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Subject and messages of each ticket, as curation would write them."""
    import polars as pl

    messages = [message for ticket in tickets for message in ticket["messages"]]
    texts = clean_texts(
        pl.Series([message["text"] for message in messages], dtype=pl.String),
        pl.Series([message["role"] == "agent" for message in messages], dtype=pl.Boolean),
    ).to_list()
    subjects = [ticket.get("subject") or "" for ticket in tickets]
    subjects = clean_lines(pl.Series(subjects, dtype=pl.String)).to_list()
    of_each = iter(texts)
    return [
        [subject, *(next(of_each) for _ in ticket["messages"])]
        for subject, ticket in zip(subjects, tickets, strict=True)
    ]


def _no_question(hidden: Hidden) -> LiveDraft:
    return LiveDraft(
        subject=hidden.texts[0], messages=tuple(hidden.texts[1:]), values=hidden.values,
        text="", citations=(), violations=(), marks=(), abstained=True, reason="no_question",
        tokens_in=0, tokens_out=0, cost_usd=0.0, cut=None,
    )  # fmt: skip


def _counted(cut: Cut | None, texts: Sequence[str]) -> Cut | None:
    """`cut` with its messages numbered as the ticket numbers them: empty ones were left out."""
    if cut is None:
        return None
    places = [place for place, text in enumerate(texts) if text]
    moved = (replace(one, number=places[one.number]) for one in cut.messages)
    return Cut(cut.clauses, tuple(moved))


def _row(number: int, ticket: Mapping[str, Any], texts: list[str]) -> dict[str, Any]:
    """A CURATED row with what a live ticket has; the rest is null. Empty messages are left out."""
    at = _moment(ticket.get("at"))
    messages = [
        {"role": message["role"], "text": text, "at": at}
        for message, text in zip(ticket["messages"], texts[1:], strict=True)
        if text
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
