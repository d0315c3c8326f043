"""What stage sft reads from params.yaml."""

from typing import Literal, Self

from pydantic import PositiveInt, model_validator

from drafter.section import Section
from tasks.training.settings import Share, TrainingParams


class LoraParams(Section):
    """The adapter's shape."""

    rank: PositiveInt
    """Rank of the two matrices beside each weight."""
    alpha: PositiveInt
    """Scale: the adapter's product counts alpha / rank times."""
    dropout: Share
    """Share of the adapter's inputs that a training step leaves out."""
    targets: Literal["all-linear"] | list[str]
    """`all-linear`, or the names of the layers that get an adapter (q_proj, v_proj, ...)."""


class SftParams(TrainingParams):
    """Fine-tuning on the curated replies."""

    lora: LoraParams
    without_policy: Share
    """Share of the tickets that training shows without any clause, by a hash of their id."""
    chunks: PositiveInt
    """The most clauses that a prompt holds, best first, as in drafting."""
    tokens_per_step: PositiveInt
    """Tokens that one optimizer step learns from."""
    tokens_per_pass: PositiveInt
    """Tokens that go through the model at once; what memory allows. Passes add up to a step."""
    max_length: PositiveInt
    """Tokens of the longest example, and of a packed row."""
    batching: Literal["packed", "grouped"]
    """`packed`: several tickets in a row, none sees another. `grouped`: like lengths, padded."""
    validation_tickets: PositiveInt
    """Tickets of val that are looked at, the first by a hash of their id."""

    @model_validator(mode="after")
    def check_sizes(self) -> Self:
        if self.tokens_per_pass < self.max_length:
            raise ValueError(
                f"tokens_per_pass {self.tokens_per_pass} holds no row of max_length "
                f"{self.max_length}"
            )
        if self.tokens_per_step % self.tokens_per_pass:
            raise ValueError(
                f"tokens_per_step {self.tokens_per_step} is no multiple of tokens_per_pass "
                f"{self.tokens_per_pass}"
            )
        return self


class Params(Section):
    sft: SftParams
    """Fine-tuning on the curated replies."""
    seed: int
    """Fixes the adapter's first weights, the order of tickets and dropout."""
