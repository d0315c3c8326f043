"""What `loop` reads from params.yaml."""

from pydantic import ConfigDict

from drafter.section import Section


class Intervals(Section):
    """Of the section `evaluate`, how intervals are made."""

    model_config = ConfigDict(extra="ignore")

    resamples: int
    confidence: float


class Params(Section):
    """The top-level keys that `loop` reads."""

    evaluate: Intervals
    seed: int
