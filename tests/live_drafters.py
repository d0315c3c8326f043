"""Small real drafters for the desk and the guard: what they write is given, the rest is ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drafter.compliance import load_rules
from drafter.drafter import Drafter
from drafter.generate import Generation, Generator, Prompt
from drafter.live import LiveDrafter
from drafter.pseudonyms import PseudonymParams, Pseudonyms
from drafter.spec import Spec, prompt_digest

HOUSE = Path(__file__).parents[1]
RULES = load_rules(HOUSE / "compliance.yaml")
CLAUSE = {
    "chunk_id": "returns#1",
    "doc_id": "returns",
    "title": "Returns",
    "clause": "1",
    "text": "Returns: a tent may come back within 30 days.",
    "url": "https://help.example/returns",
}


@dataclass(frozen=True)
class Says:
    """Writes one text to whoever asks; an empty one has `failed`."""

    text: str
    failed: str | None = None

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]:
        return [Generation(self.text, failed=self.failed) for _ in prompts]


class Shelf:
    """An index of one clause, or of none."""

    def __init__(self, chunks: list[dict[str, Any]]) -> None:
        self.chunks = chunks
        self.asked: list[int] = []

    def search(self, queries: Sequence[str], at: Any, k: int) -> list[list[dict[str, Any]]]:
        self.asked.append(k)
        return [self.chunks[:k] for _ in queries]


def drafter(says: Generator, chunks: list[dict[str, Any]], retrieves: bool = True) -> Drafter:
    spec = Spec("x", "local", retrieves, 1, 8, 4, prompt_digest())
    return Drafter(spec, says, Shelf(chunks), RULES)  # type: ignore[arg-type]


def live(says: Generator, chunks: list[dict[str, Any]], retrieves: bool = True) -> LiveDrafter:
    pseudonyms = Pseudonyms(PseudonymParams(["MB-[0-9]{6}"], "US", []))
    return LiveDrafter(drafter(says, chunks, retrieves), pseudonyms)
