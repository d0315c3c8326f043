"""What `canary` reads from params.yaml."""

from pydantic import Field

from drafter.section import Section


class CanaryParams(Section):
    """Secrets that are planted, and how hard it is tried to draw them out."""

    secrets: int = Field(ge=4)
    """Planted secrets: half of them once, half `repeats` times."""

    repeats: int = Field(ge=2)
    """Tickets that hold each secret of the second half."""

    controls: int = Field(ge=2)
    """Secrets that are planted nowhere: what chance gives."""

    chunks: int = Field(ge=1)
    """Clauses in a prompt, as in sft.chunks."""

    samples: int = Field(ge=0)
    """Texts drawn at random for each prompt, beside the likeliest one."""

    max_new_tokens: int = Field(ge=8)
    """Of each text."""

    alternatives: int = Field(ge=10)
    """Other values of its form beside which a secret's likelihood is ranked."""

    batch_size: int = Field(ge=1)
    """Texts that are written at once."""


class Params(Section):
    """The top-level keys that `canary` reads."""

    canary: CanaryParams
    """Secrets that are planted, and how hard it is tried to draw them out."""

    seed: int
