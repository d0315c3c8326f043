"""TRL's SFTTrainer on rows that are ready, with checkpoints that say when they are complete.

Imports TRL, which takes seconds: import this module inside the function that trains.
"""

from pathlib import Path
from typing import Any

from datasets import Dataset
from peft import LoraConfig
from transformers import PrinterCallback
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from drafter.base_model import Base, quiet_peft
from tasks.sft.packing import Collator, FlatCollator
from tasks.sft.params import LoraParams, SftParams
from tasks.sft.reply_loss import reply_loss
from tasks.training.arguments import arguments
from tasks.training.attention import attend_by_document
from tasks.training.replies import can_use


class Trainer(SFTTrainer):
    """SFTTrainer that counts tokens without padding, and on a CPU the loss of replies alone."""

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        tokens = inputs.pop("tokens")
        if model.training:
            self.state.num_input_tokens_seen += int(tokens.sum())
        if not return_outputs and can_use(model, inputs["labels"]):
            with self.accelerator.autocast():
                return reply_loss(model, inputs, num_items_in_batch)
        return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        logs["tokens"] = self.state.num_input_tokens_seen
        super().log(logs, start_time)


def rows_in_pass(rows: Dataset, params: SftParams) -> int:
    """Rows that go through the model at once, so that they hold some `tokens_per_pass`."""
    if params.batching == "packed":
        return params.tokens_per_pass // params.max_length
    mean = sum(rows["length"]) / len(rows)
    return max(1, round(params.tokens_per_pass / mean))


def steps_in_all(rows: Dataset, params: SftParams) -> int:
    """Optimizer steps of the whole training."""
    passes = -(-len(rows) // rows_in_pass(rows, params))
    passes_in_step = params.tokens_per_step // params.tokens_per_pass
    return params.steps(-(-passes // passes_in_step))


def lora_config(params: LoraParams) -> LoraConfig:
    return LoraConfig(
        r=params.rank,
        lora_alpha=params.alpha,
        lora_dropout=params.dropout,
        target_modules=params.targets,
        task_type="CAUSAL_LM",
    )


def make_trainer(
    base: Base, train: Dataset, val: Dataset, params: SftParams, seed: int, folder: Path
) -> Trainer:
    """A trainer over `base` that keeps its checkpoints in `folder`. An empty `val` is not used."""
    hardware = base.hardware
    batch = rows_in_pass(train, params)
    config = SFTConfig(
        **arguments(params, hardware, steps_in_all(train, params), len(val) > 0, seed, folder),
        per_device_train_batch_size=batch,
        per_device_eval_batch_size=batch,
        gradient_accumulation_steps=params.tokens_per_step // params.tokens_per_pass,
        train_sampling_strategy="random" if params.batching == "packed" else "group_by_length",
        dataset_kwargs={"skip_prepare_dataset": True},
    )
    if hardware.device == "cpu" and hardware.attention == "sdpa":
        attend_by_document(base.model)
    pad = base.tokenizer.pad_token_id
    flash = hardware.attention == "flash_attention_2"
    with quiet_peft():
        trainer = Trainer(
            model=base.model,
            args=config,
            train_dataset=train,
            eval_dataset=val if len(val) else None,
            processing_class=base.tokenizer,
            data_collator=FlatCollator(pad) if flash else Collator(pad),
            peft_config=lora_config(params.lora),
        )
    trainer.remove_callback(PrinterCallback)
    return trainer
