"""What `promote` reads from params.yaml."""

from typing import Literal

from pydantic import Field

from drafter.section import Section
from tasks.register.params import RegisterParams


class GatesParams(Section):
    """What a version must show before it becomes the champion, besides the verdict `promote`."""

    at_least: dict[str, float]
    """Means of its candidate in the scorecard, by metric: lower ones refuse it."""

    at_most: dict[str, float]
    """The same for metrics where less is better."""

    judged: float | None = Field(ge=0, le=1)
    """Where a judge was asked: its win rate against the champion, to be passed by more than the
    judge's own error. Null: not asked for."""

    canary: Literal["if_run", "required"]
    """Whether the canary test must have been run. Where it was, one secret told refuses it."""

    approval: bool
    """Whether a person must say yes: in Prefect's UI, or by `--approved-by`."""

    approval_hours: float = Field(gt=0)
    """How long the flow `release` waits for that."""


class Params(Section):
    """The top-level keys that `promote` reads."""

    gates: GatesParams
    registry: RegisterParams = Field(alias="register")
