"""What `decide` reads from params.yaml."""

from typing import Literal

from pydantic import Field, model_validator

from drafter.section import Section
from tasks.candidates import Candidate, Hosted, all_names
from tasks.decide.prices import Prices
from tasks.missing import Missing

Name = Literal["accuracy", "compliance", "tone", "latency", "cost", "abstention", "reuse"]
Slice = Literal["topic", "locale", "channel", "length", "policy_change", "macro"]


class Dimension(Section):
    """One thing that candidates are compared on."""

    column: str = Field(min_length=1)
    """Of data/scores.parquet; `seconds` are those of the timed drafts."""

    margin: float = Field(gt=0)
    """What a candidate may be worse by, in the column's unit, and still count as not worse."""


class Constraints(Section):
    """What a candidate must keep to be recommended; null: not asked for."""

    max_p95_seconds: float | None = Field(gt=0)
    """The wait that 95 of 100 timed drafts stay under."""

    max_usd_per_1000: float | None = Field(ge=0)
    """What a thousand drafts may cost, by the mean of the dimension cost."""

    min_compliance: float | None = Field(ge=0, le=1)
    """The least mean of the dimension compliance."""


class DecideParams(Section):
    """When a challenger takes the champion's place."""

    champion: str
    """The candidate that drafts today; each other one is a challenger."""

    primary: Literal["accuracy", "compliance", "tone", "reuse"]
    """The dimension in which a challenger must be better; in the others, not worse."""

    effect: float = Field(gt=0)
    """The smallest gain in the primary dimension that is worth a change."""

    alpha: float = Field(gt=0, lt=1)
    """How often one or more of all claims may be false; intervals hold 1 - alpha each."""

    power: float = Field(gt=0, lt=1)
    """How likely `need N more tickets` is to find the effect, if it is there."""

    resamples: int = Field(ge=100)
    """Of the bootstrap, for intervals."""

    permutations: int = Field(ge=999)
    """Of the tests. No p is below 1 / (permutations + 1): many candidates need many."""

    dimensions: dict[Name, Dimension]
    """In the order in which candidates that are level are told apart."""

    constraints: Constraints

    slices: list[Slice]
    """Parts of the holdout that are shown apart."""

    largest_slices: int = Field(ge=1)
    """Of one kind, so many are shown by themselves, the rest together as `other`."""

    small_slice: int = Field(ge=1)
    """With fewer tickets a slice is marked as small."""

    differing: int = Field(ge=0)
    """Tickets shown side by side: those on which candidates differ most."""

    missing: Missing

    def margin(self, dimension: str) -> float:
        """What may be lost in a dimension."""
        return {str(name): asked.margin for name, asked in self.dimensions.items()}[dimension]


class Params(Section):
    """The top-level keys that `decide` reads."""

    decide: DecideParams
    candidates: dict[str, Candidate]
    hosted: dict[str, Hosted]
    prices: Prices
    seed: int

    @property
    def names(self) -> list[str]:
        """Everyone who competes. Raises ParamsError where two have one name."""
        return all_names(self.candidates, self.hosted)

    @model_validator(mode="after")
    def _names_exist(self) -> "Params":
        if self.decide.champion not in self.names:
            raise ValueError(
                f"decide.champion is {self.decide.champion!r}, which is no candidate; "
                f"there are {', '.join(self.names)}"
            )
        if self.decide.primary not in self.decide.dimensions:
            raise ValueError(
                f"decide.primary is {self.decide.primary!r}, which decide.dimensions lacks; "
                f"there are {', '.join(self.decide.dimensions)}"
            )
        return self
