"""Drafting with a model on this machine: one base in memory, its adapters switched.

    base = load_base(Path("models/base"))
    load_adapter(base, Path("models/sft"), "sft")
    LocalGenerator(base, "sft", max_new_tokens=96, batch_size=32).generate(prompts)
    LocalGenerator(base, None, ...)      # the base alone

Greedy. Rows of like length go together and are padded on the left; in fp32, as on the CPU, the
padding changes a logit by some 1e-6, which moves a greedy token only where two are equal.

The confidence of a text is the mean log-probability of its tokens. It is read off beside the
greedy choice, a number a row and step; the logits of a whole vocabulary are never kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from drafter.base_model import Base, using_adapter
from drafter.errors import DraftingFailed
from drafter.fit import Fitted, fit_chat
from drafter.generate import Generation, Prompt
from drafter.giving_way import go_on

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase


# Padding moves a mean log-probability in its seventh digit.
CONFIDENCE_DECIMALS = 4


@dataclass(frozen=True)
class LocalGenerator:
    """Writes with one adapter over `base` (None: the base alone), `batch_size` rows at once."""

    base: Base
    adapter: str | None
    max_new_tokens: int
    batch_size: int

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]:
        """Greedy texts up to the end token or `max_new_tokens`, in the prompts' order.

        Raises DraftingFailed where the model has no room for a prompt.
        """
        fitted = [self._encode(prompt) for prompt in prompts]
        rows = [one.ids for one in fitted]
        order = sorted(range(len(rows)), key=lambda number: len(rows[number]))
        written: dict[int, Generation] = {}
        with using_adapter(self.base, self.adapter) as model:
            for start in range(0, len(order), self.batch_size):
                numbers = order[start : start + self.batch_size]
                batch = self._batch(model, [rows[number] for number in numbers])
                written.update(zip(numbers, batch, strict=True))
        return [
            replace(written[number], read=_read(prompt, one.contents))
            for number, (prompt, one) in enumerate(zip(prompts, fitted, strict=True))
        ]

    def _encode(self, prompt: Prompt) -> Fitted:
        positions = getattr(self.base.model.config, "max_position_embeddings", 1 << 30)
        room = positions - self.max_new_tokens
        if room < 1:
            raise DraftingFailed(
                f"draft.max_new_tokens: {self.max_new_tokens} leaves no room for a prompt in a "
                f"model of {positions} positions: lower it in params.yaml"
            )
        return fit_chat(self.base.tokenizer, prompt.messages, room)

    def _batch(self, model: Any, rows: list[list[int]]) -> list[Generation]:
        import torch

        tokenizer = self.base.tokenizer
        ids, mask = padded_left(rows, tokenizer.pad_token_id)
        ends = end_tokens(model, tokenizer)
        chosen: list[torch.Tensor] = []

        def note(_: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
            """The log-probability of the likeliest token, which greedy decoding takes."""
            go_on()
            chosen.append(scores.amax(dim=-1) - scores.logsumexp(dim=-1))
            return scores

        with torch.inference_mode():
            out = model.generate(
                input_ids=ids.to(model.device),
                attention_mask=mask.to(model.device),
                do_sample=False,
                num_beams=1,
                max_new_tokens=self.max_new_tokens,
                pad_token_id=tokenizer.pad_token_id,
                eos_token_id=sorted(ends),
                logits_processor=[note],
            )
        generations = []
        logs = torch.stack(chosen, dim=1).tolist()
        for row, tokens, steps in zip(rows, out[:, ids.shape[1] :].tolist(), logs, strict=True):
            end = next((place for place, token in enumerate(tokens) if token in ends), len(tokens))
            tokens = tokens[: end + 1]
            text = str(tokenizer.decode(tokens, skip_special_tokens=True))
            sure = round(sum(steps[: len(tokens)]) / len(tokens), CONFIDENCE_DECIMALS)
            generations.append(Generation(text.strip(), len(row), len(tokens), confidence=sure))
        return generations


def _read(prompt: Prompt, contents: tuple[str, ...]) -> tuple[str, ...] | None:
    """What the model was shown of each message; None where it was all."""
    whole = tuple(message["content"] for message in prompt.messages)
    return None if contents == whole else contents


def end_tokens(model: Any, tokenizer: "PreTrainedTokenizerBase") -> set[int]:
    """The tokenizer's end token and those of the model's own settings, which may be several."""
    own = model.generation_config.eos_token_id
    ends = own if isinstance(own, list) else [own]
    return {token for token in [*ends, tokenizer.eos_token_id] if token is not None}


def padded_left(rows: list[list[int]], pad: int) -> tuple["torch.Tensor", "torch.Tensor"]:
    """Token ids and attention mask, both (rows, longest row), with padding before the text."""
    import torch

    width = max(map(len, rows))
    ids = torch.full((len(rows), width), pad, dtype=torch.long)
    mask = torch.zeros((len(rows), width), dtype=torch.long)
    for number, row in enumerate(rows):
        ids[number, width - len(row) :] = torch.tensor(row)
        mask[number, width - len(row) :] = 1
    return ids, mask
