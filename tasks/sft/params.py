"""What stage sft reads from params.yaml."""

from typing import Annotated, Literal, Self

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from drafter.hardware import Attention, Device, FourBit, Precision
from tasks.section import Section

Share = Annotated[float, Field(ge=0, le=1)]


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


class SftParams(Section):
    """Fine-tuning on the curated replies."""

    lora: LoraParams
    without_policy: Share
    """Share of the tickets that training shows without any clause, by a hash of their id."""
    chunks: PositiveInt
    """The most clauses that a prompt holds, best first, as in drafting."""
    epochs: PositiveFloat
    """Times that each ticket is seen; `max_steps` ends it before."""
    max_steps: PositiveInt | None
    """Optimizer steps at most; null for as many as `epochs` take."""
    learning_rate: PositiveFloat
    """The highest, after warm-up; it falls to nothing along a half cosine."""
    warmup_share: Share
    """Share of the steps in which the learning rate rises."""
    tokens_per_step: PositiveInt
    """Tokens that one optimizer step learns from."""
    tokens_per_pass: PositiveInt
    """Tokens that go through the model at once; what memory allows. Passes add up to a step."""
    max_length: PositiveInt
    """Tokens of the longest example, and of a packed row."""
    batching: Literal["packed", "grouped"]
    """`packed`: several tickets in a row, none sees another. `grouped`: like lengths, padded."""
    log_every: PositiveInt
    """Steps between two rows of the loss."""
    evaluate_every: PositiveInt
    """Steps between two looks at the loss on val."""
    checkpoint_every: PositiveInt
    """Steps between two checkpoints; a multiple of log_every."""
    validation_tickets: PositiveInt
    """Tickets of val that are looked at, the first by a hash of their id."""
    gradient_checkpointing: bool
    """Trade a third more work for memory."""
    device: Device
    """`auto`: the GPU where there is one."""
    precision: Precision
    """`auto`: bfloat16 on a GPU, float32 on a CPU."""
    four_bit: FourBit
    """`auto`: only where the weights would not fit the GPU."""
    attention: Attention
    """`auto`: flash attention on a GPU that has the package, else SDPA."""
    threads: PositiveInt
    """CPU threads; fixed, since another number rounds sums in another order."""

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
        if self.checkpoint_every % self.log_every:
            # a run that goes on from between two rows would report another loss for the second
            raise ValueError(
                f"checkpoint_every {self.checkpoint_every} is no multiple of log_every "
                f"{self.log_every}"
            )
        return self


class Params(Section):
    sft: SftParams
    """Fine-tuning on the curated replies."""
    seed: int
    """Fixes the adapter's first weights, the order of tickets and dropout."""
