"""Hold one draft against the rules."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drafter import guard
from drafter.compliance.echoes import real_values, strange_placeholders
from drafter.compliance.promises import grants, promises
from drafter.compliance.rules import (
    Claims,
    MustNotSay,
    MustSay,
    PersonalData,
    Promise,
    Rules,
    When,
    compiled,
)


@dataclass(frozen=True)
class Violation:
    """One place where a draft breaks one rule. What is missing has its place at the draft's end."""

    rule: str
    kind: str
    span: tuple[int, int]
    why: str


@dataclass(frozen=True)
class Held:
    """A draft and what it is held against: the policy in force, and what the ticket says."""

    draft: str
    ticket: Mapping[str, Any]
    policy: Sequence[str]
    said: Sequence[str]


# Places in the draft, and what is wrong there.
Finds = Iterator[tuple[tuple[int, int], str]]


def violations(
    draft: str, ticket: Mapping[str, Any], evidence: Sequence[str], rules: Rules
) -> list[Violation]:
    """Every violation, in the order of the rules and then of the draft; none for an empty draft.

    `ticket` is a CURATED row, or what a live ticket has of it: `messages` at least. `evidence` is
    the policy in force, and may hold the ticket's own texts as well: a claim may rest on them, a
    promise may not.
    """
    if not draft.strip():
        return []
    said = said_in(ticket)
    known = set(said)
    held = Held(draft, ticket, [text for text in evidence if text not in known], said)
    return [
        Violation(name, rule.kind, span, f"{rule.message} ({what})")
        for name, rule in rules.rules.items()
        if _is_for(rule.when, ticket)
        for span, what in CHECKS[rule.kind](held, rule)
    ]


def said_in(ticket: Mapping[str, Any]) -> list[str]:
    """What customer and agents wrote before: the subject and the messages."""
    messages = ticket.get("messages") or ()
    return [text for text in (ticket.get("subject"), *(m["text"] for m in messages)) if text]


def _is_for(when: When, ticket: Mapping[str, Any]) -> bool:
    """Whether a ticket is one that a rule is for. A field that it lacks fits nothing."""
    if when.topic and ticket.get("topic") not in when.topic:
        return False
    if when.channel and ticket.get("channel") not in when.channel:
        return False
    if when.locale and not (ticket.get("locale") or "").startswith(when.locale):
        return False
    if not when.ticket:
        return True
    messages = ticket.get("messages") or ()
    asked = [ticket.get("subject") or "", *(m["text"] for m in messages if m["role"] == "customer")]
    return any(compiled(pattern).search(text) for pattern in when.ticket for text in asked)


def _must_say(held: Held, rule: MustSay) -> Finds:
    """Sees words, not sense: "we need no picture" has the picture that was asked for."""
    if not any(compiled(pattern).search(held.draft) for pattern in rule.say):
        yield (len(held.draft), len(held.draft)), f"nothing in it matches {' or '.join(rule.say)}"


def _must_not_say(held: Held, rule: MustNotSay) -> Finds:
    """Sees the words of the rule alone; other words for the same go by."""
    sources = {"policy": held.policy, "ticket": held.said}
    allowed = "\n".join(t for name in rule.unless_in for t in sources[name]).casefold()
    for pattern in rule.say:
        for match in compiled(pattern).finditer(held.draft):
            if match[0].casefold() not in allowed:
                yield match.span(), f'it says "{match[0]}"'


def _promise(held: Held, rule: Promise) -> Finds:
    """Sees what drafter/compliance/promises.py sees, and the rule's own patterns."""
    found = [(promise.theme, promise.span) for promise in promises(held.draft)]
    for theme, patterns in rule.also.items():
        for pattern in patterns:
            found += [(theme, match.span()) for match in compiled(pattern).finditer(held.draft)]
    for theme, span in sorted(found, key=lambda one: one[1]):
        if theme in rule.of and not grants(theme, held.policy):
            yield span, f"promises {theme}: no clause in force grants it"


def _personal_data(held: Held, rule: PersonalData) -> Finds:
    """Sees values by their form, never a name: "Hazel" is a word like any other."""
    for span, label in real_values(held.draft, rule.values, rule.own, rule.region):
        value = held.draft[slice(*span)]
        # what the company itself publishes in its policies is nobody's secret
        if not any(value.casefold() in text.casefold() for text in held.policy):
            yield span, f"a real {label} stands in it"
    yield from strange_placeholders(held.draft, held.said, rule.echoes)


def _claims(held: Held, rule: Claims) -> Finds:
    """Sees figures that drafter/guard.py knows, in English; never what a figure is said of."""
    for fact in guard.grounded(held.draft, [*held.policy, *held.said]).unsupported:
        if fact.kind in rule.facts:
            what = f'"{held.draft[slice(*fact.span)]}"'
            yield fact.span, f"{fact.kind} {what} is in no clause in force and not in the ticket"


CHECKS: dict[str, Callable[[Held, Any], Finds]] = {
    "must_say": _must_say,
    "must_not_say": _must_not_say,
    "promise": _promise,
    "personal_data": _personal_data,
    "claims": _claims,
}
