"""What stage dpo reads from params.yaml."""

from typing import Self

from pydantic import NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from drafter.section import Section
from tasks.training.settings import TrainingParams


class DpoParams(TrainingParams):
    """Preference optimisation from the SFT adapter, whose shape it keeps."""

    beta: PositiveFloat
    """How strongly the adapter is held to SFT's: the higher, the less it moves."""
    sft_weight: NonNegativeFloat
    """Weight of SFT's own loss on the chosen reply, beside the pair's loss, which is content with
    making both replies unlikely where they have most of their words in common."""
    pairs_per_step: PositiveInt
    """Pairs that one optimizer step learns from."""
    pairs_per_pass: PositiveInt
    """Pairs that go through the model at once; what memory allows. Passes add up to a step."""
    max_length: PositiveInt
    """Tokens of the longest prompt and reply together."""
    validation_pairs: PositiveInt
    """Pairs of val that are looked at, the first by a hash of their id."""

    @model_validator(mode="after")
    def check_sizes(self) -> Self:
        if self.pairs_per_step % self.pairs_per_pass:
            raise ValueError(
                f"pairs_per_step {self.pairs_per_step} is no multiple of pairs_per_pass "
                f"{self.pairs_per_pass}"
            )
        return self


class Params(Section):
    dpo: DpoParams
    """Preference optimisation from the SFT adapter."""
    seed: int
    """Fixes the order of pairs, and which pairs of val are looked at."""
