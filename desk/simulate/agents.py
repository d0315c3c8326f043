"""Simulated agents: what each does with a draft, by rules that no model is told.

    strict     sends nothing that is not by the rules
    ordinary   wants it right and complete; minds an old greeting in one draft of two
    lenient    wants it right, and lets most of the rest pass
    lazy       sends four drafts of five unread
    wrong      is mistaken about deliveries, and likes the old greeting better
    random     the control: accepts, edits and discards by lot

What is left to chance is drawn from the agent, the letter and the question asked, so that an agent
does the same with the same draft whatever version wrote it, and whoever else is asked.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desk.simulate.letters import Findings, Letter, body, by_the_rules, dressed, look
from drafter.draw import share_of

SECONDS_A_WORD = 0.26


@dataclass(frozen=True)
class Answer:
    """What an agent does with a draft, and how long it was on the screen."""

    action: str
    sent: str
    seconds: float


@dataclass(frozen=True)
class Agent:
    """`kind` says by which rules; `name` is the key that the desk is told."""

    name: str
    kind: str

    def chance(self, letter: Letter, question: str) -> float:
        """A number from 0 to 1, always the same for one agent, letter and question."""
        key = f"{self.name}:{letter['ticket_id']}:{question}"
        return share_of(key)

    def accepts(self, draft: str, letter: Letter) -> bool:
        """Whether this agent sends `draft` as it is; nobody sends what is not there."""
        return bool(draft) and RULES[self.kind](self, look(draft, letter), letter)

    def answer(self, draft: str, letter: Letter) -> Answer:
        """What this agent does with `draft`, which is empty where the guard held it back."""
        reads = len(draft.split()) * SECONDS_A_WORD * (0.8 + 0.4 * self.chance(letter, "pace"))
        if self.accepts(draft, letter):
            return Answer("accepted", draft, 2.0 if self.unread(letter) else round(reads, 1))
        if self.kind == "random":
            return _by_lot(self, draft, letter, reads)
        sent = self.writes(draft, letter)
        typed = 2 * len(set(sent.split()) - set(draft.split()))
        whole = not draft or not look(draft, letter).right
        return Answer(
            "discarded" if not draft else "edited", sent, round(reads + typed + 20 * whole, 1)
        )

    def writes(self, draft: str, letter: Letter) -> str:
        """The draft changed as little as the agent's rules allow; a wrong one is written anew."""
        right = bool(draft) and look(draft, letter).right
        text = draft if right else letter["reply"]
        if self.kind == "wrong":
            said = body(text)
            if letter["topic"] == "delivery-time":
                said = re.sub(r"\d+(?= working days)", lambda found: str(int(found[0]) + 1), said)
            return dressed(said, letter, "Ahoy {name}!", "Fair winds,")
        return by_the_rules(text, letter)

    def unread(self, letter: Letter) -> bool:
        return self.kind == "lazy" and self.chance(letter, "reads") < 0.8


Rule = Callable[[Agent, Findings, Letter], bool]


def _strict(_: Agent, found: Findings, __: Letter) -> bool:
    return found.right and found.told and found.voice


def _ordinary(agent: Agent, found: Findings, letter: Letter) -> bool:
    minds = agent.chance(letter, "voice") < 0.5
    return found.right and found.told and (found.voice or not minds)


def _lenient(agent: Agent, found: Findings, letter: Letter) -> bool:
    return found.right and (found.told or agent.chance(letter, "told") < 0.6)


def _lazy(agent: Agent, found: Findings, letter: Letter) -> bool:
    return agent.unread(letter) or _ordinary(agent, found, letter)


def _wrong(_: Agent, found: Findings, letter: Letter) -> bool:
    return found.right and not found.greets and letter["topic"] != "delivery-time"


def _random(agent: Agent, _: Findings, letter: Letter) -> bool:
    return agent.chance(letter, "accepts") < 0.5


RULES: dict[str, Rule] = {
    "strict": _strict,
    "ordinary": _ordinary,
    "lenient": _lenient,
    "lazy": _lazy,
    "wrong": _wrong,
    "random": _random,
}


def _by_lot(agent: Agent, draft: str, letter: Letter, reads: float) -> Answer:
    """An edit that means nothing: sentences in another order, one of them gone or said twice."""
    sentences = re.split(r"(?<=[.!?])\s+", draft or letter["reply"])
    order = sorted(range(len(sentences)), key=lambda n: agent.chance(letter, f"place {n}"))
    gone = order[0] if agent.chance(letter, "gone") < 0.5 else None
    kept = [sentences[n] for n in order if n != gone] or sentences
    if agent.chance(letter, "twice") < 0.5:
        kept.append(kept[0])
    action = "edited" if draft and agent.chance(letter, "keeps") < 0.8 else "discarded"
    return Answer(action, " ".join(kept), round(reads * (1 + agent.chance(letter, "slow")), 1))


KINDS = ("strict", "strict", "ordinary", "ordinary", "ordinary", "lenient", "lazy", "wrong")


def team(kinds: Sequence[str] = KINDS) -> list[Agent]:
    """Agents of these kinds, each with a key of its own."""
    return [Agent(f"agent-{number + 1}", kind) for number, kind in enumerate(kinds)]


def on_duty(agents: Sequence[Agent], letter: Letter) -> Agent:
    """Who gets this letter: by lot over its id, so that the same one does in every run."""
    digest = hashlib.sha256(f"on duty:{letter['ticket_id']}".encode()).digest()
    return agents[int.from_bytes(digest[:8]) % len(agents)]
