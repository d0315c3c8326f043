"""Examples in rows and batches: packed, or like lengths together; no example sees another.

A batch holds `input_ids`, `labels` and `position_ids` (rows, length) and no attention mask: a
position that starts again at 0 begins a document, and transformers masks attention by that. Padding
is one more document, without loss.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tasks.training.examples import IGNORED, MULTIPLE, Example

if TYPE_CHECKING:
    import torch
    from datasets import Dataset


def to_rows(examples: Sequence[Example], batching: str, max_length: int) -> "Dataset":
    """Columns input_ids, labels, seq_lengths (the examples of a row, in order), length.

    `packed`: TRL's best-fit-decreasing packing to `max_length`. `grouped`: one example a row.
    """
    from datasets import Dataset, disable_progress_bars
    from trl.data_utils import pack_dataset

    disable_progress_bars()
    if not examples:
        return Dataset.from_dict({})
    table = Dataset.from_dict(
        {
            "input_ids": [example.input_ids for example in examples],
            "labels": [example.labels for example in examples],
        }
    )
    if batching == "packed":
        packed = pack_dataset(table, max_length, "bfd", {"batch_size": 10_000, "num_proc": None})
        lengths = [sum(row) for row in packed["seq_lengths"]]
        return packed.add_column("length", lengths)
    lengths = [len(example) for example in examples]
    table = table.add_column("seq_lengths", [[length] for length in lengths])
    return table.add_column("length", lengths)


class Collator:
    """Rows to tensors of one length; `tokens` (rows) counts those that are no padding."""

    def __init__(self, pad: int) -> None:
        self.pad = pad

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, "torch.Tensor"]:
        import torch

        longest = max(len(row["input_ids"]) for row in rows)
        width = -(-longest // MULTIPLE) * MULTIPLE
        ids = torch.full((len(rows), width), self.pad, dtype=torch.long)
        labels = torch.full((len(rows), width), IGNORED, dtype=torch.long)
        positions = torch.zeros((len(rows), width), dtype=torch.long)
        for number, row in enumerate(rows):
            length = len(row["input_ids"])
            ids[number, :length] = torch.tensor(row["input_ids"])
            labels[number, :length] = torch.tensor(row["labels"])
            lengths = [*row["seq_lengths"], width - length]
            positions[number] = torch.cat([torch.arange(part) for part in lengths])
        # the first token of a document has no predecessor of its own
        labels[positions == 0] = IGNORED
        tokens = torch.tensor([len(row["input_ids"]) for row in rows])
        return {"input_ids": ids, "labels": labels, "position_ids": positions, "tokens": tokens}


class FlatCollator:
    """TRL's rows without padding, one after the other, as flash attention reads them."""

    def __init__(self, pad: int) -> None:
        from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

        self.flat = DataCollatorForLanguageModeling(pad_token_id=pad, padding_free=True)

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        import torch

        batch: dict[str, Any] = self.flat(list(rows))
        return batch | {"tokens": torch.tensor([batch["input_ids"].numel()])}
