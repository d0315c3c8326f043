"""TRL's SFTTrainer on rows that are ready, with checkpoints that say when they are complete.

Imports TRL, which takes seconds: import this module inside the function that trains.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import PrinterCallback, TrainerCallback
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from drafter.base_model import Base, quiet_peft
from tasks.sft.attention import attend_by_document
from tasks.sft.checkpoints import checkpoint_at, mark_complete
from tasks.sft.packing import Collator, FlatCollator
from tasks.sft.params import LoraParams, SftParams
from tasks.sft.reply_loss import can_use, reply_loss


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


class Watcher(TrainerCallback):
    """Tells about steps, logs and checkpoints as they come."""

    # ruff: noqa: ARG002 - transformers hands every event the same arguments

    def __init__(
        self,
        advance: Callable[[int], None],
        on_log: Callable[[list[dict[str, Any]], float], None],
        facts: Callable[[], dict[str, Any]],
        seconds_before: float,
    ) -> None:
        self._advance = advance
        self._on_log = on_log
        self._facts = facts
        self._seconds_before = seconds_before
        self._started = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds of training, those before a resume included."""
        return self._seconds_before + time.perf_counter() - self._started

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._started = time.perf_counter()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._advance(1)

    def on_log(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._on_log(state.log_history, self.seconds)

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        checkpoint = checkpoint_at(Path(args.output_dir), state.global_step)
        mark_complete(checkpoint, seconds=self.seconds, **self._facts())


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
    steps_in_epoch = -(-passes // passes_in_step)
    steps = max(1, round(params.epochs * steps_in_epoch))
    return steps if params.max_steps is None else min(steps, params.max_steps)


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
    steps = steps_in_all(train, params)
    arguments = SFTConfig(
        output_dir=str(folder),
        max_steps=steps,
        per_device_train_batch_size=batch,
        per_device_eval_batch_size=batch,
        gradient_accumulation_steps=params.tokens_per_step // params.tokens_per_pass,
        learning_rate=params.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=round(params.warmup_share * steps),
        optim="adamw_torch_fused",
        weight_decay=0.0,
        activation_checkpointing=params.gradient_checkpointing,
        bf16=hardware.precision == "bfloat16",
        fp16=hardware.precision == "float16",
        use_cpu=hardware.device == "cpu",
        train_sampling_strategy="random" if params.batching == "packed" else "group_by_length",
        # rows come ready: TRL has nothing to tokenise, cut or pack
        max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
        remove_unused_columns=False,
        logging_strategy="steps",
        logging_steps=params.log_every,
        eval_strategy="steps" if len(val) else "no",
        eval_steps=params.evaluate_every,
        prediction_loss_only=True,
        save_strategy="steps",
        save_steps=params.checkpoint_every,
        dataloader_pin_memory=hardware.device == "cuda",
        disable_tqdm=True,
        report_to=[],
        seed=seed % 2**32,
    )
    if hardware.device == "cpu" and hardware.attention == "sdpa":
        attend_by_document(base.model)
    pad = base.tokenizer.pad_token_id
    flash = hardware.attention == "flash_attention_2"
    with quiet_peft():
        trainer = Trainer(
            model=base.model,
            args=arguments,
            train_dataset=train,
            eval_dataset=val if len(val) else None,
            processing_class=base.tokenizer,
            data_collator=FlatCollator(pad) if flash else Collator(pad),
            peft_config=lora_config(params.lora),
        )
    trainer.remove_callback(PrinterCallback)
    return trainer


def use_threads(threads: int) -> None:
    """Fix torch's CPU threads: another number would round sums in another order."""
    torch.set_num_threads(threads)
