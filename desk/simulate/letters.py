"""What simulated agents know of letters: what the house has asked of them since the last training.

No ticket that a model was trained on says any of this. Agents have it from a colleague, and it
reaches a model by what they change, or not at all.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drafter.guard import stated

Letter = Mapping[str, Any]
"""A row of a stream: the letter of a customer and what a good agent would answer."""

GREETING = re.compile(r"^(?:Ahoy|Good day|Dear|Hello|Hi)\b[^!,.\n]*[!,]?\s*")
CLOSING = re.compile(r"\n+[^\n]*,\n(?P<signed>[^\n]*)\s*$")
NEW_GREETING = "Good day {name}!"
NEW_CLOSING = "Warmly yours,"
# By topic, what the customer has to be told besides the answer.
TO_BE_TOLD = {
    "returns": "Please put the packing slip into the box.",
    "restocking": "Please put the packing slip into the box.",
    "warranty": "Please keep the receipt at hand.",
    "repairs": "Please keep the receipt at hand.",
    "delivery-cost": "A tracking code follows by mail.",
    "delivery-time": "A tracking code follows by mail.",
    "express": "A tracking code follows by mail.",
}


@dataclass(frozen=True)
class Findings:
    """What somebody who knows the rules sees in a draft."""

    right: bool
    """Figures and names are those of the policy in force."""
    told: bool
    """It says what customers with this question are to be told, and nothing that others are."""
    greets: bool
    closes: bool

    @property
    def voice(self) -> bool:
        return self.greets and self.closes


def look(draft: str, letter: Letter) -> Findings:
    """The desk puts a full name where the model wrote a placeholder; nobody minds."""
    for name in ("customer_name", "agent_name"):
        draft = draft.replace(letter[name], letter[name].split()[0])
    return Findings(
        right=answers(draft, letter),
        told=_told(draft) == {TO_BE_TOLD.get(letter["topic"])} - {None},
        greets=draft.startswith(NEW_GREETING.format(name=first_name(letter))),
        closes=f"\n{NEW_CLOSING}\n" in draft,
    )


def answers(draft: str, letter: Letter) -> bool:
    """Whether `draft` states the facts of the good reply and speaks of the same thing.

    Where the good reply has neither facts nor a policy, most of its words must be there.
    """
    if stated(draft) != stated(letter["reply"]):
        return False
    thing = letter["cites"].partition("#")[2].replace("-", " ")
    if thing:
        return thing in draft.lower()
    wanted = _words(body(letter["reply"]))
    return len(wanted & _words(draft)) >= 0.7 * len(wanted)


def body(reply: str) -> str:
    """A letter without how it opens and closes."""
    return CLOSING.sub("", GREETING.sub("", reply, count=1)).strip()


def by_the_rules(text: str, letter: Letter) -> str:
    """`text` as the house wants letters to be since March: the least change that does it."""
    told = TO_BE_TOLD.get(letter["topic"])
    said = body(text)
    for other in sorted(_told(said) - {told}):
        said = re.sub(r"\s*" + r"\s+".join(map(re.escape, other.split())), "", said, flags=re.I)
    if told and told not in _told(said):
        said = f"{said} {told}"
    return dressed(said, letter, NEW_GREETING, NEW_CLOSING)


def dressed(said: str, letter: Letter, greeting: str, closing: str) -> str:
    agent = letter["agent_name"].split()[0]
    opened = greeting.format(name=first_name(letter))
    return f"{opened} {said}\n\n{closing}\n{agent} of the Marrowby crew"


def first_name(letter: Letter) -> str:
    return str(letter["customer_name"]).split()[0]


def _told(text: str) -> set[str]:
    """Which of the sentences that customers are told stand in a text."""
    said = _said(text)
    return {told for told in TO_BE_TOLD.values() if _said(told) in said}


def _said(text: str) -> str:
    return " ".join(text.lower().split())


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))
