"""The builtin base model: a small Llama-shaped model, trained from nothing in minutes on a CPU."""

import random
from pathlib import Path

from drafter.progress import progress
from tasks.base.builtin_params import BuiltinParams
from tasks.base.builtin_rows import batches
from tasks.base.builtin_start import ROPE_THETA, lay_out
from tasks.base.builtin_text import example
from tasks.base.builtin_tokenizer import END, PAD, PLACEHOLDERS, write_tokenizer

TOKENIZER_EXAMPLES = 3000


def train_builtin(params: BuiltinParams, seed: int, folder: Path) -> None:
    """Train and write a whole model folder: weights, configs, tokenizer; nothing is pickled.

    The same params and seed give the same bytes on the same machine. Loss by step goes to
    `folder/training.jsonl`.
    """
    import torch
    from transformers.utils import logging

    logging.disable_progress_bar()  # over the writing, which takes no time
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer(params, seed, folder)
    before = torch.get_num_threads()
    torch.set_num_threads(params.threads)
    try:
        model, losses = _train(params, seed, tokenizer)
    finally:
        torch.set_num_threads(before)
    model.save_pretrained(str(folder), safe_serialization=True)
    lines = [f'{{"step": {step}, "loss": {loss:.4f}}}\n' for step, loss in losses]
    (folder / "training.jsonl").write_text("".join(lines), encoding="utf-8")


def _tokenizer(params: BuiltinParams, seed: int, folder: Path):  # type: ignore[no-untyped-def]
    from transformers import AutoTokenizer

    draw = random.Random(f"{seed} builtin tokenizer")  # noqa: S311
    chats = (example(draw) for _ in range(TOKENIZER_EXAMPLES))
    texts = (turn["content"] for chat in chats for turn in chat.messages())
    plain = (_without_placeholders(text) for text in texts)
    write_tokenizer(plain, params, folder)
    return AutoTokenizer.from_pretrained(str(folder))


def _without_placeholders(text: str) -> str:
    for name in PLACEHOLDERS:
        text = text.replace(name, "")
    return text


def _train(params: BuiltinParams, seed: int, tokenizer):  # type: ignore[no-untyped-def]
    import torch
    from torch.nn import functional
    from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    end, pad = tokenizer.convert_tokens_to_ids([END, PAD])
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=params.hidden,
        intermediate_size=params.feed_forward,
        num_hidden_layers=params.layers,
        num_attention_heads=params.heads,
        num_key_value_heads=params.heads,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": ROPE_THETA},
        eos_token_id=end,
        pad_token_id=pad,
        bos_token_id=None,
    )
    model = LlamaForCausalLM(config)
    lay_out(model)
    model.generation_config = GenerationConfig(eos_token_id=end, pad_token_id=pad, do_sample=False)
    model.train()
    optimizer = torch.optim.AdamW(
        model.parameters(),
        lr=params.learning_rate,
        weight_decay=params.weight_decay,
        betas=(0.9, 0.98),
    )
    cycle = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, params.learning_rate, total_steps=params.steps + 1, pct_start=0.1
    )
    losses = []
    with progress("training the builtin base", params.steps, "steps") as advance:
        for step, (rows, row_weights) in enumerate(batches(tokenizer, params, seed)):
            tokens, weights = torch.from_numpy(rows), torch.from_numpy(row_weights)[:, 1:]
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = model(input_ids=tokens, use_cache=False).logits[:, :-1]
            each = functional.cross_entropy(
                logits.flatten(0, 1).float(), tokens[:, 1:].flatten(), reduction="none"
            )
            loss = (each * weights.flatten()).sum() / weights.sum()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            cycle.step()
            losses.append((step + 1, float(loss.detach())))
            advance(1)
    return model.eval(), losses
