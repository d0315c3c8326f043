"""The section `builtin:` of params.yaml."""

from typing import Self

from pydantic import Field, model_validator

from drafter.section import Section


class BuiltinParams(Section):
    """The small model that stage `base` trains from nothing."""

    vocabulary: int = Field(ge=400, le=8000)
    """Tokens that byte-pair encoding learns from the training text."""

    numbers: int = Field(ge=10, le=999)
    """Whole numbers up to this one are a token each, so that a figure is copied in one step."""

    hidden: int = Field(ge=16)
    """Width of the model."""

    feed_forward: int = Field(ge=16)
    """Width inside each layer's feed-forward part."""

    layers: int = Field(ge=2)
    """Number of layers; reading takes two."""

    heads: int = Field(ge=2)
    """Attention heads in each layer."""

    steps: int = Field(ge=1)
    """Optimizer steps."""

    rows: int = Field(ge=1)
    """Packed rows in a step."""

    row_tokens: int = Field(ge=64)
    """Tokens in a packed row."""

    learning_rate: float = Field(gt=0)
    """Highest learning rate of the one cycle."""

    weight_decay: float = Field(ge=0)
    """AdamW's weight decay."""

    rest_weight: float = Field(ge=0, le=1)
    """Weight of the loss on everything but the reply, whose own weight is 1."""

    repeats: float = Field(ge=0, le=1)
    """Share of rows that are repeated random tokens in the first step; it falls to none."""

    repeats_until: float = Field(gt=0, le=1)
    """Share of all steps after which no such rows are left."""

    threads: int = Field(ge=1)
    """CPU threads; another number rounds sums in another order, so the bytes differ."""

    @model_validator(mode="after")
    def check_heads(self) -> Self:
        if self.hidden % (2 * self.heads) or self.hidden // self.heads < 16:
            raise ValueError(
                f"hidden {self.hidden} gives {self.heads} heads no equal, even width of at least 16"
            )
        return self
