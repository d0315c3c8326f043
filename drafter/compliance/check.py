"""Hold one draft against the rules."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drafter.compliance.echoes import real_values, strange_placeholders
from drafter.compliance.own import is_own
from drafter.compliance.promises import grants, promises
from drafter.compliance.rules import (
    Claims,
    Disguise,
    MustNotSay,
    MustSay,
    PersonalData,
    Promise,
    Rules,
    When,
    compiled,
)
from drafter.compliance.said import Known, said
from drafter.plain import disguised


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
    own: Sequence[str]
    """The house's own addresses and numbers."""


# What may be said for being the house's own; a page of its own that no policy names may not.
OWN = ("address", "email", "phone")

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
    policy = [text for text in evidence if text not in known]
    held = Held(draft, ticket, policy, said, own_of(rules))
    found = [
        Violation(name, rule.kind, span, f"{rule.message} ({what})")
        for name, rule in rules.rules.items()
        if applies(rule.when, ticket)
        for span, what in CHECKS[rule.kind](held, rule)
    ]
    # an address that is nobody's to give away is not said to be made up as well
    data = [one.span for one in found if one.kind == "personal_data"]
    return [one for one in found if one.kind != "claims" or not _within(one.span, data)]


def own_of(rules: Rules) -> list[str]:
    """The house's own addresses and numbers, as its rules name them."""
    kept = (rule.own for rule in rules.rules.values() if isinstance(rule, PersonalData))
    return [value for own in kept for value in own]


def _within(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


def said_in(ticket: Mapping[str, Any]) -> list[str]:
    """What customer and agents wrote before: the subject and the messages."""
    messages = ticket.get("messages") or ()
    return [text for text in (ticket.get("subject"), *(m["text"] for m in messages)) if text]


def applies(when: When, ticket: Mapping[str, Any]) -> bool:
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
    """Sees what drafter/compliance/said.py knows; never what a figure or a link is said of."""
    sources = Known.by(held.policy), Known.by(held.said)
    for fact in said(held.draft):
        written = held.draft[slice(*fact.span)]
        if fact.kind in OWN and is_own(fact, held.own):
            continue
        if fact.kind in rule.facts and not any(one.holds(fact, written) for one in sources):
            what = f'{fact.kind} "{written}"'
            yield fact.span, f"{what} is in no clause in force and not in the ticket"


def _disguise(held: Held, _: Disguise) -> Finds:
    """Sees characters, not sense; what a policy writes like that may be written like that."""
    for span, what in disguised(held.draft):
        if not any(held.draft[slice(*span)] in text for text in held.policy):
            yield span, what


CHECKS: dict[str, Callable[[Held, Any], Finds]] = {
    "must_say": _must_say,
    "must_not_say": _must_not_say,
    "promise": _promise,
    "personal_data": _personal_data,
    "claims": _claims,
    "disguise": _disguise,
}
