"""What `evaluate` reads from params.yaml."""

from typing import Literal

from pydantic import Field, model_validator

from tasks.candidates import Candidate
from tasks.section import Section

Quality = Literal["chrf", "rouge_l", "similarity", "grounded", "facts_agree", "accuracy"]


class EvaluateParams(Section):
    """How candidates are compared."""

    baseline: str
    """The candidate that each other is compared with, ticket by ticket."""

    select_by: list[Quality] = Field(min_length=1)
    """The first decides; whoever is not clearly worse there goes on to the next."""

    resamples: int = Field(ge=100)
    """Bootstrap resamples of the tickets."""

    confidence: float = Field(gt=0, lt=1)
    """Of the intervals: 0.95."""

    embedder: str
    """For similarity: `minilm`, a folder, or `hub-id@revision`."""

    embedder_sha256: str | None
    """Hash of its weights; null: not checked."""

    examples: int = Field(ge=0)
    """Tickets shown with every candidate's draft in scorecard.html."""


class Params(Section):
    """The top-level keys that `evaluate` reads."""

    evaluate: EvaluateParams
    candidates: dict[str, Candidate]
    seed: int

    @model_validator(mode="after")
    def _baseline_competes(self) -> "Params":
        if self.evaluate.baseline not in self.candidates:
            raise ValueError(
                f"evaluate.baseline is {self.evaluate.baseline!r}, which is no candidate; "
                f"there are {', '.join(self.candidates)}"
            )
        return self
