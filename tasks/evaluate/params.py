"""What `evaluate` reads from params.yaml."""

from pydantic import Field

from tasks.candidates import Candidate
from tasks.section import Section


class EvaluateParams(Section):
    """How candidates are scored."""

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
