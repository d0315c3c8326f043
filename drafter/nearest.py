"""The baseline that every model has to beat: the reply to the most similar past ticket."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drafter.generate import Generation, Prompt

if TYPE_CHECKING:
    from drafter.retrieval import Index


@dataclass(frozen=True)
class NearestGenerator:
    """Looks replies up among the tickets that were solved before the one asked."""

    index: "Index"

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]:
        """The past replies as they stand; an empty text where there is no earlier ticket.

        The confidence is the cosine of the two questions.
        """
        found = self.index.nearest_reply(
            [prompt.question for prompt in prompts], [prompt.at for prompt in prompts]
        )
        return [
            Generation(one[0], confidence=round(one[1], 4)) if one else Generation("")
            for one in found
        ]
