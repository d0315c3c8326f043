"""TRL's DPOTrainer on pairs that are ready, against the SFT adapter as it was.

Imports TRL, which takes seconds: import this module inside the function that trains.
"""

from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from torch.nn import functional
from transformers import PrinterCallback
from trl.trainer.dpo_config import DPOConfig
from trl.trainer.dpo_trainer import DPOTrainer

from drafter.base_model import Base, quiet_peft
from tasks.dpo.batches import Collator, Layout
from tasks.dpo.params import DpoParams
from tasks.dpo.reference import with_reference
from tasks.training.arguments import arguments
from tasks.training.attention import attend_by_document
from tasks.training.examples import IGNORED
from tasks.training.replies import can_use, reply_logits

# The name that TRL expects of the adapter it trains.
ADAPTER = "default"


class Trainer(DPOTrainer):
    # ruff: noqa: ARG002 - transformers calls compute_loss with all that it has
    """DPOTrainer with the loss of weighted pairs and a reference that stands in the batch."""

    sft_weight = 0.0

    def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:
        return dataset

    def log_probs(self, model: Any, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        """Of each pair's chosen and rejected reply: the sum over their tokens, (pairs, 2)."""
        labels = inputs["labels"]
        with self.accelerator.autocast():
            if can_use(model, labels):
                logits, tokens = reply_logits(model, inputs)
                found = -functional.cross_entropy(logits, tokens, reduction="none")
            else:
                out = model(
                    input_ids=inputs["input_ids"],
                    position_ids=inputs["position_ids"],
                    labels=labels,
                    fused_lm_head=True,
                    use_cache=False,
                )
                found = out.log_probs[labels[:, 1:] != IGNORED]
        replies = found.float().split(inputs["sizes"].flatten().tolist())
        return torch.stack([reply.sum() for reply in replies]).view(-1, 2)

    def reference(self, pairs: list[dict[str, Any]]) -> torch.Tensor:
        """`log_probs` of the adapter as it is now."""
        batch = self._prepare_inputs(self.data_collator(pairs))
        with torch.no_grad():
            return self.log_probs(self.model, batch)

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """The mean over the pairs of weight * (-log sigmoid(margin) + sft_weight * chosen loss).

        A reply's reward is beta times how much more likely than its reference it is, in log-
        probability; the margin is the chosen reply's above the rejected one's. The chosen loss is
        SFT's: cross-entropy a token (Pang and others 2024, https://arxiv.org/abs/2404.19733).
        Weights are 1 on average over all pairs of a split, so a pair of twice the weight pulls
        twice as hard, and twice the weight for all changes nothing.
        """
        assert not return_outputs, "there are no outputs to speak of: the loss is of pairs"
        found = self.log_probs(model, inputs)
        rewards = self.beta * (found - inputs["reference"])
        margins = rewards[:, 0] - rewards[:, 1]
        chosen_losses = -found[:, 0] / inputs["sizes"][:, 0]
        losses = -functional.logsigmoid(margins) + self.sft_weight * chosen_losses
        if model.training:
            self.state.num_input_tokens_seen += int(inputs["tokens"])
        metrics = self._metrics["train" if model.training else "eval"]
        metrics["reward_margin"] += margins.tolist()
        metrics["reward_accuracy"] += (margins > 0).float().tolist()
        metrics["chosen_reward"] += rewards[:, 0].tolist()
        return (losses * inputs["weights"]).mean()

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        logs["tokens"] = self.state.num_input_tokens_seen
        super().log(logs, start_time)


def steps_in_all(pairs: int, params: DpoParams) -> int:
    """Optimizer steps of the whole training."""
    passes = -(-pairs // params.pairs_per_pass)
    passes_in_step = params.pairs_per_step // params.pairs_per_pass
    return params.steps(-(-passes // passes_in_step))


def make_trainer(
    base: Base, train: Dataset, val: Dataset, params: DpoParams, seed: int, folder: Path
) -> Trainer:
    """A trainer of adapter `default` over `base`, with its checkpoints in `folder`.

    `base` has SFT's adapter loaded under that name, which is asked for its view of each pair before
    anything is learned. An empty `val` is not used.
    """
    hardware, layout = base.hardware, settle_layout(base)
    config = DPOConfig(
        **arguments(params, hardware, steps_in_all(len(train), params), len(val) > 0, seed, folder),
        beta=params.beta,
        per_device_train_batch_size=params.pairs_per_pass,
        per_device_eval_batch_size=params.pairs_per_pass,
        gradient_accumulation_steps=params.pairs_per_step // params.pairs_per_pass,
        train_sampling_strategy="group_by_length" if layout == "padded" else "random",
    )
    base.model.set_adapter(ADAPTER)  # to be trained, which no loaded adapter is
    # where peft looks, each time it saves, whether the base's embeddings were resized meanwhile
    adapter = base.model.peft_config[ADAPTER]
    adapter.base_model_name_or_path = base.model.get_base_model().name_or_path
    with quiet_peft():
        trainer = Trainer(
            model=base.model,
            args=config,
            train_dataset=train,
            eval_dataset=val if len(val) else None,
            processing_class=base.tokenizer,
            data_collator=Collator(base.tokenizer.pad_token_id, layout),
        )
    trainer.sft_weight = params.sft_weight
    # TRL's frozen copy, which would cost a pass a step and be saved with every checkpoint
    base.model.delete_adapter("ref")
    trainer.remove_callback(PrinterCallback)
    for name in ("train", "eval"):
        dataset = getattr(trainer, f"{name}_dataset")
        if dataset is not None:
            kept = folder / f"{name}.json"
            known = with_reference(dataset, trainer.reference, params.pairs_per_pass, kept)
            setattr(trainer, f"{name}_dataset", known)
    return trainer


def settle_layout(base: Base) -> Layout:
    """How pairs go through this model on this machine; where they can, with the prompt once."""
    hardware = base.hardware
    if hardware.device == "cpu" and hardware.attention == "sdpa":
        return "shared" if attend_by_document(base.model.get_base_model()) else "padded"
    return "flat" if hardware.attention == "flash_attention_2" else "padded"
