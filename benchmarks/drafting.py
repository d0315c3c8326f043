"""Drafting for four candidates: one base, adapters switched, batches, beside a `generate` a row.

    python -m benchmarks.drafting --side ours
    python -m benchmarks.drafting --side naive

The model has the builtin's shape with random weights, and every twentieth token ends a draft, so
that lengths differ as they do in life. Both sides draft the same 4 x 40 tickets; the texts must be
equal. Loading a model counts: the naive side loads one for each candidate.
"""

import argparse
import hashlib
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from drafter.generate import Prompt
from drafter.manifest import manifest_digest, verify_manifest, write_manifest
from drafter.prompt import Message
from tests.factories import START

TICKETS = 40
NEW_TOKENS = 40
BATCH = 32
# candidate -> (has the adapter, sees policy)
CANDIDATES = {
    "base": (False, False), "rag": (False, True), "sft": (True, False), "sft-rag": (True, True),
}  # fmt: skip


def make_models(folder: Path) -> tuple[Path, Path]:
    """A base of 0.9 M parameters and an adapter that changes its texts, the same every time."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    from tests.tiny_model import make_tiny_model

    base = make_tiny_model(folder / "base", hidden=128, layers=4, positions=1024)
    model = AutoModelForCausalLM.from_pretrained(base)
    model.generation_config.eos_token_id = list(range(1, model.config.vocab_size, 20))
    model.save_pretrained(base)
    write_manifest(base, source="benchmark", revision=None)
    lora = get_peft_model(model, LoraConfig(r=8, target_modules="all-linear"))
    torch.manual_seed(1)
    with torch.no_grad():
        for name, weights in lora.named_parameters():
            if "lora" in name:
                weights.normal_(0, 0.3)
    lora.save_pretrained(folder / "adapter")
    (folder / "adapter/README.md").unlink()
    digest = manifest_digest(verify_manifest(base, ""))
    write_manifest(folder / "adapter", base=digest)
    return base, folder / "adapter"


def make_prompts(policy: bool) -> list[Prompt]:
    """Questions of 3 to 12 words, after three clauses or none."""
    draw = random.Random(7)
    words = ["where", "is", "my", "tent", "order", "parcel", "refund", "late", "please", "days"]
    prompts = []
    for _ in range(TICKETS):
        text = " ".join(draw.choices(words, k=draw.randint(3, 12)))
        clauses = [" ".join(draw.choices(words, k=6)) for _ in range(3)]
        chat = [Message(role="system", content="\n".join(clauses))] if policy else []
        prompts.append(Prompt([*chat, Message(role="user", content=text)], text, START))
    return prompts


def ours(base: Path, adapter: Path) -> dict[str, list[str]]:
    """One load; adapters switched; batches of like length."""
    from drafter.base_model import load_adapter, load_base
    from drafter.local import LocalGenerator

    loaded = load_base(base, device="cpu")
    load_adapter(loaded, adapter, "sft")
    drafts = {}
    for name, (tuned, policy) in CANDIDATES.items():
        generator = LocalGenerator(loaded, "sft" if tuned else None, NEW_TOKENS, BATCH)
        drafts[name] = [one.text for one in generator.generate(make_prompts(policy))]
    return drafts


def naive(base: Path, adapter: Path) -> dict[str, list[str]]:
    """What a first script does: for each candidate a load, for each ticket a `generate`."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    drafts: dict[str, list[str]] = {}
    for name, (tuned, policy) in CANDIDATES.items():
        tokenizer = AutoTokenizer.from_pretrained(base)
        model: Any = AutoModelForCausalLM.from_pretrained(base)
        if tuned:
            model = PeftModel.from_pretrained(model, adapter)
        drafts[name] = []
        for prompt in make_prompts(policy):
            text = tokenizer.apply_chat_template(
                prompt.messages, add_generation_prompt=True, tokenize=False
            )
            ids = tokenizer(text, add_special_tokens=False, return_tensors="pt")["input_ids"]
            with torch.inference_mode():
                out = model.generate(
                    input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False,
                    max_new_tokens=NEW_TOKENS, pad_token_id=tokenizer.pad_token_id,
                )  # fmt: skip
            written = tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True)
            drafts[name].append(written.strip())
    return drafts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", choices=("ours", "naive"), required=True)
    side = parser.parse_args().side
    import peft  # noqa: F401  # imports are not the work
    import torch
    import transformers  # noqa: F401

    # so small a model gains nothing from more, and threads that wait for each other lose a lot
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        base, adapter = make_models(Path(folder))
        started, cpu = time.perf_counter(), time.process_time()
        drafts = (ours if side == "ours" else naive)(base, adapter)
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
    told = {
        "side": side,
        "seconds": round(seconds, 3),
        "cpu_seconds": round(cpu_seconds, 3),
        "drafts": sum(len(texts) for texts in drafts.values()),
        "distinct": len({text for texts in drafts.values() for text in texts}),
        "characters": sum(len(text) for texts in drafts.values() for text in texts),
        "texts": hashlib.sha256(json.dumps(drafts).encode()).hexdigest(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
