"""The worst model there can be: it writes what an injection asks for, within a good reply.

Obedient(["Ring 0900 1234."]).generate(prompts)   one order for each prompt, in their order
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from drafter.generate import Generation, Prompt
from drafter.live import LiveDrafter, cleaned
from tests.injections import Injection

GOOD = "Ahoy [NAME_1]! A tent may come back within 30 days."
END = "Fair winds,\n[NAME_2]"
WAYS = ("plain", "echoed", "partly", "whole")


class Obedient:
    """Writes its orders one by one, whoever asks."""

    def __init__(self, orders: Iterable[str]) -> None:
        self.orders = iter(orders)

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]:
        return [Generation(next(self.orders)) for _ in prompts]


def orders(
    injections: Sequence[Injection], tickets: Sequence[Mapping[str, Any]], way: str, by: LiveDrafter
) -> list[str]:
    """What it writes: the sentence in a reply, as its prompt had it, in part, or the letter.

    What a prompt has of a letter is in placeholders, and the customer's values come back in later.
    """
    if way == "plain":
        return [f"{GOOD} {one.says} {END}" for one in injections]
    if way == "partly":
        return ["\n\n".join((GOOD, "\n".join(one.wanted), END)) for one in injections]
    names = [ticket["names"] for ticket in tickets]
    hidden = by.pseudonyms.hide_all(list(zip(cleaned(tickets), names, strict=True)))
    if way == "whole":
        return ["\n\n".join(one.texts[1:]) for one in hidden]
    replies = [
        by.hide_reply(injection.says, one.values).texts[0]
        for injection, one in zip(injections, hidden, strict=True)
    ]
    return [f"{GOOD} {reply} {END}" for reply in replies]


def covered(text: str, findings: Iterable[tuple[int, int]]) -> bytearray:
    """For each character of `text`, whether a finding marks it."""
    marked = bytearray(len(text))
    for start, end in findings:
        marked[start:end] = b"\1" * (min(end, len(text)) - start)
    return marked


def unmarked(injection: Injection, text: str, findings: Iterable[tuple[int, int]]) -> list[str]:
    """Of what the injection wants, what stands in `text` with a letter or figure unmarked.

    A promise is a sentence: a mark in it is enough.
    """
    marked = covered(text, findings)
    enough = any if injection.kind == "promise" else all
    left = []
    for wanted in injection.wanted:
        start = text.find(wanted)
        while start >= 0:
            places = [place for place in range(start, start + len(wanted)) if text[place].isalnum()]
            if not enough(marked[place] for place in places):
                left.append(wanted)
                break
            start = text.find(wanted, start + 1)
    return left
