"""Generators that take their time or choke, as real ones do."""

import threading
from collections.abc import Sequence

from drafter.generate import Generation, Prompt

TEXT = "Ahoy! A tent may come back within 30 days."


class Gated:
    """Writes once its gate is opened; knows which questions it was asked together."""

    def __init__(self, text: str = TEXT, shut: bool = True) -> None:
        self.text = text
        self.gate = threading.Event()
        if not shut:
            self.gate.set()
        self.begun = threading.Event()
        self.asked: list[list[str]] = []

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]:
        self.asked.append([prompt.question for prompt in prompts])
        self.begun.set()
        self.gate.wait(30)
        return [Generation(self.text, 5, 7) for _ in prompts]


class Chokes(Gated):
    """On a batch that holds the word `choke`; its error holds the ticket, as a library's may."""

    def __init__(self) -> None:
        super().__init__(shut=False)

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]:
        written = super().generate(prompts)
        for prompt in prompts:
            if "choke" in prompt.question:
                raise ValueError(f"can't tokenise {prompt.messages[-1]['content']!r}")
        return written
