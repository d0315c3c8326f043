"""Where what a draft says comes from, where that is not the house's own policy.

A customer's letter is no evidence: whoever writes it chooses what stands in it. A draft may repeat
it, and the agent is told whose word it is. Such a mark holds nothing back.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from drafter.compliance.check import Violation, applies, own_of
from drafter.compliance.own import is_own
from drafter.compliance.rules import Claims, Rules
from drafter.compliance.said import Known, said
from drafter.guard import Fact
from drafter.pseudonyms.labels import PLACEHOLDER

# What can be somebody's own; an amount is nobody's.
CONTACTS = ("address", "email", "link", "phone")
_PLACEHOLDER = re.compile(PLACEHOLDER)
# What stands for something to write, call or pay to: as which kind of fact, and in words.
_LABELS = {
    "EMAIL": ("email", "email"),
    "PHONE": ("phone", "phone"),
    "CARD": ("address", "card number"),
    "IBAN": ("address", "IBAN"),
}


def marks(
    draft: str,
    ticket: Mapping[str, Any],
    clauses: Sequence[Mapping[str, Any]],
    values: Mapping[str, str],
    rules: Rules,
) -> list[Violation]:
    """Places in a draft, in placeholders, that an agent sees marked, with whose word it is.

    `values` is what the placeholders stand for, `clauses` the policy in force. What nobody says is
    no mark but a violation.
    """
    own = own_of(rules)
    return [
        Violation(name, rule.kind, span, why)
        for name, rule in rules.rules.items()
        if isinstance(rule, Claims) and rule.mark and applies(rule.when, ticket)
        for span, why in _marks(draft, ticket, clauses, values, rule.mark, own)
    ]


def _marks(
    draft: str,
    ticket: Mapping[str, Any],
    clauses: Sequence[Mapping[str, Any]],
    values: Mapping[str, str],
    kinds: Sequence[str],
    own: Sequence[str],
) -> Iterator[tuple[tuple[int, int], str]]:
    told = _told_by(ticket)
    for fact, what, written in _stated(draft, values):
        if fact.kind not in kinds or (fact.kind in CONTACTS and is_own(fact, own)):
            continue
        clause = _clause_with(fact, written, clauses)
        if clause is None:
            who = next((who for who, texts in told if texts.holds(fact, written)), None)
            if who is None and written == draft[slice(*fact.span)]:
                continue  # nobody's: a violation
            yield fact.span, f"{what} from {who or told[0][0]}, in no policy in force"
        elif fact.kind in CONTACTS:
            where = ", ".join(filter(None, (clause["title"], clause["clause"])))
            yield fact.span, f"{what} from the policy {where}; it is not the house's own"


def _stated(draft: str, values: Mapping[str, str]) -> Iterator[tuple[Fact, str, str]]:
    """Each fact of the draft, what it is, as it is written; and what placeholders bring along."""
    for fact in said(draft):
        yield fact, fact.kind, draft[slice(*fact.span)]
    for match in _PLACEHOLDER.finditer(draft):
        value, label = values.get(match[0]), match[0][1:].partition("_")[0]
        if value is None:
            continue
        found, span = said(value), _with_neighbours(draft, match.span())
        if label in _LABELS:
            kind, what = _LABELS[label]
            like = next((fact.value for fact in found if fact.kind == kind), value)
            yield Fact(kind, like, span), what, value
        else:  # whoever signs up as "Call 020 7946 0000" is greeted by it
            for fact in found:
                yield Fact(fact.kind, fact.value, span), fact.kind, value


def _with_neighbours(draft: str, span: tuple[int, int]) -> tuple[int, int]:
    """The whole word that a placeholder stands in, as in `tel:[PHONE_1]`."""
    start, end = span
    while start and not draft[start - 1].isspace():
        start -= 1
    while end < len(draft) and not draft[end].isspace():
        end += 1
    while end > span[1] and not draft[end - 1].isalnum():
        end -= 1
    return start, end


def _told_by(ticket: Mapping[str, Any]) -> list[tuple[str, Known]]:
    messages = ticket.get("messages") or ()
    customers = [m["text"] for m in messages if m["role"] == "customer"]
    agents = [m["text"] for m in messages if m["role"] != "customer"]
    return [
        ("the customer's letter", Known.by([*customers, ticket.get("subject") or ""])),
        ("an earlier message of an agent", Known.by(agents)),
    ]


def _clause_with(
    fact: Fact, written: str, clauses: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    for clause in clauses:
        texts = [clause[part] for part in ("text", "url") if clause[part]]
        if Known.by(texts).holds(fact, written):
            return clause
    return None
