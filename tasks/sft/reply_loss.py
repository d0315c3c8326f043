"""The loss of the replies."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tasks.training.replies import reply_logits

if TYPE_CHECKING:
    import torch


def reply_loss(
    model: Any, inputs: Mapping[str, "torch.Tensor"], count: "torch.Tensor | int | None"
) -> "torch.Tensor":
    """Cross-entropy of the labelled tokens, summed and divided by `count` (None: by their number).

    inputs: input_ids, position_ids and labels (rows, length).
    """
    from torch.nn import functional

    logits, labels = reply_logits(model, inputs)
    summed = functional.cross_entropy(logits, labels, reduction="sum")
    return summed / max(1, len(labels) if count is None else int(count))
