"""What TRL's trainers are told alike, whatever they learn from."""

from pathlib import Path
from typing import Any

from drafter.hardware import Hardware
from tasks.training.settings import TrainingParams


def arguments(
    params: TrainingParams, hardware: Hardware, steps: int, looks: bool, seed: int, folder: Path
) -> dict[str, Any]:
    """Of SFTConfig and DPOConfig alike: `steps` in all, with a look at val if there is one."""
    return {
        "output_dir": str(folder),
        "max_steps": steps,
        "learning_rate": params.learning_rate,
        "lr_scheduler_type": "cosine",
        "warmup_steps": round(params.warmup_share * steps),
        "optim": "adamw_torch_fused",
        "weight_decay": 0.0,
        "activation_checkpointing": params.gradient_checkpointing,
        "bf16": hardware.precision == "bfloat16",
        "fp16": hardware.precision == "float16",
        "use_cpu": hardware.device == "cpu",
        # rows come ready: TRL has nothing to tokenise, cut or pack
        "max_length": None,
        "remove_unused_columns": False,
        "logging_strategy": "steps",
        # a training shorter than that still leaves the row of its last step
        "logging_steps": min(params.log_every, steps),
        "eval_strategy": "steps" if looks else "no",
        "eval_steps": params.evaluate_every,
        "prediction_loss_only": True,
        "save_strategy": "steps",
        "save_steps": params.checkpoint_every,
        "dataloader_pin_memory": hardware.device == "cuda",
        "disable_tqdm": True,
        "report_to": [],
        "seed": seed % 2**32,
    }
