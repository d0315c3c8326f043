"""Pairs in batches: how two replies to one prompt go through the model.

    shared     prompt chosen | last token of the prompt, rejected     one row, the prompt once
    flat       prompt chosen | prompt rejected                        one row
    padded     prompt chosen                                          a row each
               prompt rejected

`shared` needs attention that follows positions (tasks/training/attention.py), `flat` the flash
attention of transformers; `padded` suits any causal model. The second reply of a shared pair begins
at the prompt's last token, whose next token is the reply's first: so every reply token is the label
after its predecessor. Sharing a prompt between two replies: Wang and Hegde, "Accelerating Direct
Preference Optimization with Prefix Sharing" (2024), https://arxiv.org/abs/2410.20305.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tasks.dpo.pairs import Pair
from tasks.training.examples import IGNORED, MULTIPLE

if TYPE_CHECKING:
    import torch
    from datasets import Dataset

Layout = Literal["shared", "flat", "padded"]


@dataclass(frozen=True)
class Run:
    """Tokens that follow each other: the first at position `start`, the last `reply` a reply."""

    ids: list[int]
    start: int
    reply: int

    @property
    def labels(self) -> list[int]:
        before = len(self.ids) - self.reply
        return [IGNORED] * before + self.ids[before:]

    @property
    def positions(self) -> range:
        return range(self.start, self.start + len(self.ids))


def to_dataset(pairs: Sequence[Pair]) -> "Dataset":
    """Columns prompt, chosen, rejected, weight, length. Weights are divided by their mean."""
    from datasets import Dataset, disable_progress_bars

    disable_progress_bars()
    mean = sum(pair.weight for pair in pairs) / max(1, len(pairs))
    return Dataset.from_dict(
        {
            "prompt": [pair.prompt for pair in pairs],
            "chosen": [pair.chosen for pair in pairs],
            "rejected": [pair.rejected for pair in pairs],
            "weight": [pair.weight / mean for pair in pairs],
            "length": [len(pair) for pair in pairs],
        }
    )


class Collator:
    """Pairs to tensors.

    weights (pairs), reference (pairs, 2) if the pairs have it, sizes (pairs, 2): tokens of the
    chosen and the rejected reply; tokens: how many are no padding; input_ids, labels and
    position_ids (rows, length).
    """

    def __init__(self, pad: int, layout: Layout) -> None:
        self.pad = pad
        self.layout = layout

    def __call__(self, pairs: Sequence[dict[str, Any]]) -> dict[str, "torch.Tensor"]:
        import torch

        runs = [run for pair in pairs for run in self._runs(pair)]
        rows = [[run] for run in runs] if self.layout == "padded" else [runs]
        length = [sum(len(run.ids) for run in row) for row in rows]
        width = max(length) if len(rows) == 1 else -(-max(length) // MULTIPLE) * MULTIPLE
        for row, filled in zip(rows, length, strict=True):
            # positions go on: a causal model's reply does not see what follows it
            row.append(Run([self.pad] * (width - filled), filled, 0))

        def tensor(part: Callable[[Run], Iterable[int]]) -> "torch.Tensor":
            return torch.tensor([[value for run in row for value in part(run)] for row in rows])

        # first what has a row a pair: transformers weighs a batch of val by its first tensor
        batch = {"weights": torch.tensor([pair["weight"] for pair in pairs])}
        if "reference" in pairs[0]:
            batch["reference"] = torch.tensor([pair["reference"] for pair in pairs])
        sizes = [[len(pair["chosen"]), len(pair["rejected"])] for pair in pairs]
        return batch | {
            "sizes": torch.tensor(sizes),
            "tokens": torch.tensor(sum(length)),
            "input_ids": tensor(lambda run: run.ids),
            "labels": tensor(lambda run: run.labels),
            "position_ids": tensor(lambda run: run.positions),
        }

    def _runs(self, pair: dict[str, Any]) -> list[Run]:
        prompt, chosen, rejected = pair["prompt"], pair["chosen"], pair["rejected"]
        shared = len(prompt) - 1 if self.layout == "shared" else 0
        return [
            Run(prompt + chosen, 0, len(chosen)),
            Run(prompt[shared:] + rejected, shared, len(rejected)),
        ]


def batches(dataset: "Dataset", size: int) -> Iterable[list[dict[str, Any]]]:
    """The rows in order, `size` at a time."""
    for start in range(0, len(dataset), size):
        yield list(dataset.select(range(start, min(start + size, len(dataset)))))
