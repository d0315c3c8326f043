# ruff: noqa: ARG002 - transformers hands every event the same arguments
"""Fine-tuning an 8B-shaped model with random weights on one CUDA GPU: tokens/s and MFU.

    python -m benchmarks.sft_gpu                      8B, some 40 steps after 5 of warming up
    python -m benchmarks.sft_gpu --layers 4 --peak-tflops 989

It makes the base, in bfloat16, and 2,000 tickets in a temporary folder, then trains as stage sft
does. MFU counts what the mathematics needs, nothing that is computed twice: a forward pass is two
operations a weight and token, the way back through frozen weights two more (gradients of
activations; LoRA needs none of the weights'), attention 4 * layers * hidden * length / 2 a token
and pass.
`--peak-tflops` is the GPU's dense bfloat16 figure: 989 for an H100 or H200, 312 for an A100.

Written without a GPU at hand: it ran with `--device cpu` and a small shape alone.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.sft import tickets
from drafter.base_model import Base, load_tokenizer
from drafter.hardware import settle
from tasks.sft.examples import make_examples
from tasks.sft.packing import to_rows
from tasks.sft.params import SftParams
from tests.tiny_model import make_tiny_model

WARM_UP = 5


def random_base(folder: Path, options: argparse.Namespace) -> Base:
    """Random weights in the shape of Llama 3 8B, made on the device, and a byte tokenizer."""
    import torch
    from transformers import AutoModelForCausalLM, LlamaConfig

    make_tiny_model(folder)
    hardware = settle(folder, options.device, options.precision, False, options.attention)
    config = LlamaConfig(
        vocab_size=options.vocabulary,
        hidden_size=options.hidden,
        intermediate_size=options.hidden * 7 // 2,
        num_hidden_layers=options.layers,
        num_attention_heads=options.hidden // 128,
        num_key_value_heads=max(1, options.hidden // 512),
        max_position_embeddings=8192,
        tie_word_embeddings=False,
    )
    with torch.device(hardware.device):
        model = AutoModelForCausalLM.from_config(
            config, dtype=hardware.dtype, attn_implementation=hardware.attention
        )
    return Base(model.eval(), load_tokenizer(folder), hardware, "random")


def settings(options: argparse.Namespace) -> SftParams:
    return SftParams.from_values(
        {
            "lora": {"rank": 16, "alpha": 32, "dropout": 0.0, "targets": "all-linear"},
            "without_policy": 0.0,
            "chunks": 1,
            "epochs": 100,
            "max_steps": WARM_UP + options.steps,
            "learning_rate": 0.0002,
            "warmup_share": 0.0,
            "tokens_per_step": options.tokens_per_pass,
            "tokens_per_pass": options.tokens_per_pass,
            "max_length": options.max_length,
            "batching": "packed",
            "log_every": 1000,
            "evaluate_every": 1000,
            "checkpoint_every": 1000,
            "validation_tickets": 1,
            "gradient_checkpointing": options.gradient_checkpointing,
            "device": options.device,
            "precision": options.precision,
            "four_bit": False,
            "attention": options.attention,
            "threads": 8,
        }
    )


def flops_a_token(model: Any, length: int) -> float:
    """Operations that one token needs, forward and back, embedding rows left out."""
    config = model.config
    weights = sum(p.numel() for name, p in model.named_parameters() if "embed_tokens" not in name)
    attention = 4 * config.num_hidden_layers * config.hidden_size * length / 2
    return 4 * weights + 3 * attention


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hidden", type=int, default=4096)
    parser.add_argument("--vocabulary", type=int, default=128_256)
    parser.add_argument("--layers", type=int, default=32)
    parser.add_argument("--max-length", type=int, default=2048)
    parser.add_argument("--tokens-per-pass", type=int, default=8192)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--gradient-checkpointing", action="store_true")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--precision", default="bfloat16")
    parser.add_argument("--attention", default="auto")
    parser.add_argument("--peak-tflops", type=float, default=989.0)
    options = parser.parse_args()

    import torch
    from transformers import TrainerCallback

    from tasks.sft.trainer import make_trainer

    class Clock(TrainerCallback):
        """Starts after the warm-up, with whatever the GPU still does finished."""

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if state.global_step in (WARM_UP, WARM_UP + options.steps):
                if torch.cuda.is_available():
                    torch.cuda.synchronize()
                self.marks.append((time.perf_counter(), state.num_input_tokens_seen))

        marks: list[tuple[float, int]] = []  # noqa: RUF012

    with tempfile.TemporaryDirectory() as name:
        base = random_base(Path(name) / "base", options)
        need = flops_a_token(base.model, options.max_length)
        params = settings(options)
        made = make_examples(
            tickets(2000, 1),
            base.tokenizer,
            seed=1,
            without_policy=0.0,
            chunks=1,
            max_length=options.max_length,
        )
        rows = to_rows(list(made), "packed", options.max_length)
        trainer = make_trainer(base, rows, [], params, 1, Path(name) / "out")  # type: ignore[arg-type]
        clock = Clock()
        trainer.add_callback(clock)
        trainer.args.save_strategy = "no"
        trainer.train()
    (start, before), (end, after) = clock.marks
    speed = (after - before) / (end - start)
    on_gpu = base.hardware.device == "cuda"
    told = {
        "device": torch.cuda.get_device_name(0) if on_gpu else "cpu",
        "attention": base.hardware.attention,
        "parameters": sum(p.numel() for p in base.model.parameters()),
        "tokens_per_second": round(speed, 1),
        "mfu": round(speed * need / (options.peak_tflops * 1e12), 4) if on_gpu else None,
        "peak_gb": round(torch.cuda.max_memory_allocated() / 2**30, 1) if on_gpu else None,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
