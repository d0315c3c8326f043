"""What `draft` reads from params.yaml."""

from typing import Literal

from pydantic import Field

from drafter.section import Section
from tasks.candidates import Candidate


class DraftParams(Section):
    """How every candidate drafts."""

    chunks: int = Field(ge=1)
    """Policy clauses in the prompt of a candidate that retrieves, at most."""

    max_new_tokens: int = Field(ge=1)
    """A draft is cut after so many tokens."""

    batch_size: int = Field(ge=1)
    """Tickets drafted at once; a killed stage goes on after its last whole batch."""

    device: Literal["auto", "cpu", "cuda"]
    """Where a model runs; auto: a GPU if there is one."""

    threads: int | None = Field(ge=1)
    """CPU threads of a model; null: as many as there are cores. Candidates draft side by side."""

    timed: int = Field(ge=1)
    """Tickets drafted once more, one by one, to measure what an agent would wait."""


class Params(Section):
    """The top-level keys that `draft` reads."""

    draft: DraftParams
    candidates: dict[str, Candidate]
    rules: str
    """The file of rules that the guard holds drafts against."""
