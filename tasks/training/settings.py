"""Keys that have the same meaning in every section of params.yaml that trains an adapter."""

from typing import Annotated, Any, Self

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from drafter.hardware import Attention, Device, FourBit, Precision
from drafter.section import Section

Share = Annotated[float, Field(ge=0, le=1)]


class TrainingParams(Section):
    """How long, how fast, how often to look, and on what machine."""

    epochs: PositiveFloat
    """Times that each example is seen; `max_steps` ends it before."""
    max_steps: PositiveInt | None
    """Optimizer steps at most; null for as many as `epochs` take."""
    learning_rate: PositiveFloat
    """The highest, after warm-up; it falls to nothing along a half cosine."""
    warmup_share: Share
    """Share of the steps in which the learning rate rises."""
    log_every: PositiveInt
    """Steps between two rows of the loss."""
    evaluate_every: PositiveInt
    """Steps between two looks at the loss on val."""
    checkpoint_every: PositiveInt
    """Steps between two checkpoints; a multiple of log_every."""
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
    def check_intervals(self) -> Self:
        if self.checkpoint_every % self.log_every:
            # a run that goes on from between two rows would report another loss for the second
            raise ValueError(
                f"checkpoint_every {self.checkpoint_every} is no multiple of log_every "
                f"{self.log_every}"
            )
        return self

    def steps(self, steps_in_epoch: int) -> int:
        """Optimizer steps of the whole training."""
        steps = max(1, round(self.epochs * steps_in_epoch))
        return steps if self.max_steps is None else min(steps, self.max_steps)


def flat(params: Section) -> dict[str, Any]:
    """The settings as MLflow takes them: {"lora.rank": 16, ...}."""
    values: dict[str, Any] = {}
    for name, value in params.model_dump().items():
        inner = value.items() if isinstance(value, dict) else [("", value)]
        values |= {f"{name}.{key}" if key else name: item for key, item in inner}
    return values
