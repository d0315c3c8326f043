"""Three epochs of DPO over pairs of very different lengths, beside TRL's defaults.

    python -m benchmarks.dpo --side ours
    python -m benchmarks.dpo --side trl_defaults

Both sides start from the same random base and the same adapter over it, which is also their
reference, and see the same pairs three times, eight a step, hence in as many steps, on one thread,
under bfloat16 autocast as is TRL's default. The peer hands TRL prompts and replies as its guide
says, with the adapter to train on, and leaves reference, gradient checkpointing and batches as TRL
sets them. Tokenising counts, and so does asking the reference; imports and loading do not. Loss and
accuracy on 50 other pairs must agree. Lengths are log-normal with a median of 15 words, as mail has
them; every other prompt holds a policy; the rejected reply is the chosen one with one other word,
as an outdated figure would be.
"""

import argparse
import json
import random
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.sft import LARGER_EMBEDDINGS, LORA, SEED, tickets
from drafter.base_model import Base, load_adapter, load_base
from drafter.manifest import manifest_digest, verify_manifest, write_manifest
from drafter.prompt import build_prompt
from tasks.dpo.pairs import Pair, make_pairs
from tasks.dpo.params import DpoParams
from tests.tiny_model import make_tiny_model

PAIRS = 104
HOLDOUT = 50
EPOCHS = 3
PAIRS_PER_STEP = 8  # TRL's default
MAX_LENGTH = 1024  # TRL's default
BETA = 0.1  # TRL's default
LEARNING_RATE = 0.0002
OTHER_WORDS = ("weeks", "never", "stamps")


def rows(count: int, seed: int) -> list[dict[str, Any]]:
    """PREFERENCE_PAIR rows, as far as training reads them."""
    draw = random.Random(seed)
    made = []
    for number, ticket in enumerate(tickets(count, seed)):
        clause = {"title": "", "text": f"Returns: {ticket['messages'][0]['text']}"}
        words = ticket["reply"].split()
        words[draw.randrange(len(words))] = draw.choice(OTHER_WORDS)
        made.append(
            {
                "prompt": build_prompt(ticket, [clause] if number % 2 else []),
                "chosen": ticket["reply"],
                "rejected": " ".join(words),
                "weight": 1.0,
            }
        )
    return made


def make_sft(folder: Path, base: Path) -> Path:
    """An adapter over `base` that changes what it says, as one that was trained would."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    config = LoraConfig(
        r=LORA["rank"],
        lora_alpha=LORA["alpha"],
        target_modules=LORA["targets"],
        task_type="CAUSAL_LM",
    )
    torch.manual_seed(SEED)
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(base), config)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if "lora_B" in name:
                weights.normal_(0, 0.02)
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    write_manifest(folder, base=manifest_digest(verify_manifest(base, "make it again")))
    return folder


def train_ours(base: Base, pairs: Sequence[dict[str, Any]], folder: Path) -> Any:
    """As stage dpo trains."""
    from tasks.dpo.batches import to_dataset
    from tasks.dpo.trainer import make_trainer

    params = DpoParams.from_values(
        {
            "beta": BETA,
            "sft_weight": 0,
            "epochs": EPOCHS,
            "max_steps": None,
            "learning_rate": LEARNING_RATE,
            "warmup_share": 0.0,
            "pairs_per_step": PAIRS_PER_STEP,
            "pairs_per_pass": PAIRS_PER_STEP,
            "max_length": MAX_LENGTH,
            "log_every": 1000,
            "evaluate_every": 1000,
            "checkpoint_every": 1000,
            "validation_pairs": 1,
            "gradient_checkpointing": False,
            "device": "cpu",
            "precision": base.hardware.precision,
            "four_bit": False,
            "attention": "sdpa",
            "threads": 1,
        }
    )
    folder.mkdir()
    train = to_dataset(list(make_pairs(pairs, base.tokenizer, MAX_LENGTH)))
    trainer = make_trainer(base, train, to_dataset([]), params, SEED, folder)
    trainer.args.save_strategy = "no"
    trainer.train()
    return trainer


def train_trl_defaults(base: Base, pairs: Sequence[dict[str, Any]], folder: Path) -> Any:
    """TRL as its guide shows it for an adapter that is trained on."""
    from datasets import Dataset
    from trl import DPOConfig, DPOTrainer

    def said(reply: str) -> list[dict[str, str]]:
        return [{"role": "assistant", "content": reply}]

    data = Dataset.from_list(
        [
            {
                "prompt": pair["prompt"],
                "chosen": said(pair["chosen"]),
                "rejected": said(pair["rejected"]),
            }
            for pair in pairs
        ]
    )
    arguments = DPOConfig(
        output_dir=str(folder),
        num_train_epochs=EPOCHS,
        learning_rate=LEARNING_RATE,
        lr_scheduler_type="cosine",
        use_cpu=True,
        report_to=[],
        save_strategy="no",
        disable_tqdm=True,
        seed=SEED,
    )
    base.model.set_adapter("default")
    trainer = DPOTrainer(
        base.model, args=arguments, train_dataset=data, processing_class=base.tokenizer
    )
    trainer.train()
    return trainer


def log_probs(model: Any, pairs: Sequence[Pair]) -> list[list[float]]:
    """Of chosen and rejected, every reply by itself and in float32."""
    import torch

    found = []
    with torch.no_grad():
        for pair in pairs:
            sums = []
            for reply in (pair.chosen, pair.rejected):
                ids = torch.tensor([pair.prompt + reply])
                positions = torch.arange(ids.shape[1])[None]
                logits = model(input_ids=ids, position_ids=positions, use_cache=False).logits[0]
                scores = logits[len(pair.prompt) - 1 : -1].float().log_softmax(-1)
                sums.append(float(scores.gather(1, torch.tensor(reply)[:, None]).sum()))
            found.append(sums)
    return found


def holdout(policy: Sequence[list[float]], reference: Sequence[list[float]]) -> tuple[float, float]:
    """DPO's loss and accuracy on pairs that nobody learned from."""
    import torch
    from torch.nn import functional

    rewards = BETA * (torch.tensor(policy) - torch.tensor(reference))
    margins = rewards[:, 0] - rewards[:, 1]
    return float(-functional.logsigmoid(margins).mean()), float((margins > 0).float().mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    sides = {"ours": train_ours, "trl_defaults": train_trl_defaults}
    parser.add_argument("--side", choices=sorted(sides), required=True)
    arguments = parser.parse_args()
    import torch
    import trl.trainer.dpo_trainer  # noqa: F401 - its seconds are no part of the work

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_tiny_model(folder / "base", hidden=128, layers=4, positions=2048)
        write_manifest(folder / "base", source="random", revision=None)
        make_sft(folder / "sft", folder / "base")
        base = load_base(folder / "base", "cpu", "bfloat16")
        with torch.no_grad():
            base.model.get_input_embeddings().weight.mul_(LARGER_EMBEDDINGS)
        load_adapter(base, folder / "sft", "default")
        others = list(make_pairs(rows(HOLDOUT, SEED + 1), base.tokenizer, MAX_LENGTH))
        reference = log_probs(base.model, others)
        pairs = rows(PAIRS, SEED)
        started, cpu = time.perf_counter(), time.process_time()
        trainer = sides[arguments.side](base, pairs, folder / "out")
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        trainer.model.eval()
        loss, accuracy = holdout(log_probs(trainer.model, others), reference)
        print(
            json.dumps(
                {
                    "seconds": round(seconds, 3),
                    "cpu_seconds": round(cpu, 3),
                    "pair_steps": trainer.state.global_step * PAIRS_PER_STEP,
                    "holdout_loss": round(loss, 4),
                    "holdout_accuracy": round(accuracy, 4),
                    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                }
            )
        )


if __name__ == "__main__":
    main()
