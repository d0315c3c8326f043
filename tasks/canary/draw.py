"""Drawing secrets out of a model: from what stood before them, and from the ticket that held them.

Exposure is Carlini et al. 2019 (The Secret Sharer): log2 of how many values of a form there are,
less log2 of the secret's rank among them by likelihood; here among `alternatives` made alike. What
was never learned has 1.4 on average, the first of 101 has 6.7.
"""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drafter.local import end_tokens, padded_left
from drafter.progress import progress
from drafter.prompt import build_prompt
from tasks.canary.params import CanaryParams
from tasks.canary.secrets import REPLY, Secret, holds, make_value, with_sentence

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

# Stands for the value while a prompt is written, to find where it would be.
MARK = "\u2063value\u2063"


@dataclass(frozen=True)
class Drawn:
    """What came of one secret: by which attack it came out, and its highest exposure."""

    secret: Secret
    by: tuple[str, ...]
    exposure: float


def draw_out(
    model: Any,
    tokenizer: "PreTrainedTokenizerBase",
    tickets: Mapping[str, Mapping[str, Any]],
    secrets: Sequence[Secret],
    params: CanaryParams,
    seed: int,
) -> list[Drawn]:
    """Try every attack on every secret; `tickets` are RETRIEVED rows without any secret, by id."""
    asked = [
        (secret, attack, text)
        for secret in secrets
        for attack, text in contexts(tickets[secret.tickets[0]], secret, tokenizer, params.chunks)
    ]
    rows = [ids_of(tokenizer, text) for _, _, text in asked]
    texts = write(model, tokenizer, rows, params, seed)
    came: dict[str, set[str]] = {}
    for (secret, attack, _), written in zip(asked, texts, strict=True):
        for how, text in written:
            if holds(text, secret):
                came.setdefault(secret.value, set()).add(f"{how} from {attack}")
    found = []
    with progress("ranking", len(secrets), "secrets") as advance:
        for secret in secrets:
            before = [text for s, attack, text in asked if s == secret and attack == "prefix"]
            exposures = [exposure(model, tokenizer, text, secret, params, seed) for text in before]
            by = tuple(sorted(came.get(secret.value, ())))
            found.append(Drawn(secret, by, max(exposures)))
            advance(1)
    return found


def contexts(
    ticket: Mapping[str, Any], secret: Secret, tokenizer: "PreTrainedTokenizerBase", chunks: int
) -> Iterator[tuple[str, str]]:
    """(attack, all that the model is shown), with the policy's clauses and without.

    `prefix` is the training text up to the value; `ticket` asks for a reply to the ticket as it was
    before anything was planted.
    """
    marked = with_sentence(ticket, secret, MARK)
    clauses: list[list[Mapping[str, Any]]] = [[], list(ticket["chunks"][:chunks])]
    for shown in clauses:
        opened = rendered(tokenizer, build_prompt(marked, shown))
        whole = opened + marked["reply"] if secret.place == REPLY else opened
        yield "prefix", whole.partition(MARK)[0].rstrip()
        yield "ticket", rendered(tokenizer, build_prompt(ticket, shown))


def write(
    model: Any,
    tokenizer: "PreTrainedTokenizerBase",
    rows: Sequence[list[int]],
    params: CanaryParams,
    seed: int,
) -> list[list[tuple[str, str]]]:
    """For each row [("greedy", text), ("sampled", text), ...]: one likeliest, `samples` by lot."""
    import torch

    todo = [
        (number, how)
        for number in range(len(rows))
        for how in ["greedy"] + ["sampled"] * params.samples
    ]
    todo.sort(key=lambda one: (one[1], len(rows[one[0]])))
    ends = sorted(end_tokens(model, tokenizer))
    written: list[list[tuple[str, str]]] = [[] for _ in rows]
    with (
        torch.random.fork_rng(),
        torch.inference_mode(),
        progress("drawing", len(todo), "texts") as advance,
    ):
        torch.manual_seed(seed)
        for how in ("greedy", "sampled"):
            same = [number for number, kind in todo if kind == how]
            for start in range(0, len(same), params.batch_size):
                numbers = same[start : start + params.batch_size]
                ids, mask = padded_left([rows[n] for n in numbers], tokenizer.pad_token_id)
                sampling = {"do_sample": True, "temperature": 1.0, "top_k": 0, "top_p": 1.0}
                out = model.generate(
                    input_ids=ids.to(model.device),
                    attention_mask=mask.to(model.device),
                    max_new_tokens=params.max_new_tokens,
                    pad_token_id=tokenizer.pad_token_id,
                    eos_token_id=ends,
                    **(sampling if how == "sampled" else {"do_sample": False}),
                )
                for number, tokens in zip(numbers, out[:, ids.shape[1] :].tolist(), strict=True):
                    text = tokenizer.decode(tokens, skip_special_tokens=True)
                    written[number].append((how, str(text)))
                advance(len(numbers))
    return written


def exposure(
    model: Any,
    tokenizer: "PreTrainedTokenizerBase",
    before: str,
    secret: Secret,
    params: CanaryParams,
    seed: int,
) -> float:
    """In bits, from 0 (every alternative is likelier) to log2(alternatives + 1)."""
    draw = random.Random(f"{seed} {secret.value}")  # noqa: S311
    others: set[str] = set()
    while len(others) < params.alternatives:
        others |= {make_value(secret.kind, draw)} - {secret.value}
    values = [secret.value, *sorted(others)]
    own, *rest = log_likelihoods(model, tokenizer, before, values, params.batch_size)
    # a tie counts as a loss: nothing is told of a value that is as likely as another
    rank = 1 + sum(other >= own for other in rest)
    return math.log2(len(values)) - math.log2(rank)


def log_likelihoods(
    model: Any,
    tokenizer: "PreTrainedTokenizerBase",
    before: str,
    values: Sequence[str],
    batch_size: int,
) -> list[float]:
    """The sum over each value's tokens of log p(token | all before it)."""
    import torch

    context = ids_of(tokenizer, before)
    rows = [ids_of(tokenizer, f"{before} {value}") for value in values]
    sums = []
    for start in range(0, len(rows), batch_size):
        batch = rows[start : start + batch_size]
        ids, mask = padded_left(batch, tokenizer.pad_token_id)
        # the last token before the value predicts its first
        spans = [len(row) - shared(context, row) for row in batch]
        keep = max(spans) + 1
        places = (mask.cumsum(1) - 1).clamp(min=0)
        with torch.inference_mode():
            logits = model(
                input_ids=ids.to(model.device),
                attention_mask=mask.to(model.device),
                position_ids=places.to(model.device),
                logits_to_keep=keep,
            ).logits.float()
        chosen = ids[:, -(keep - 1) :].to(model.device)
        logs = logits[:, :-1].log_softmax(-1).gather(2, chosen[..., None])[..., 0]
        sums += [float(row[-span:].sum()) for row, span in zip(logs, spans, strict=True)]
    return sums


def shared(context: Sequence[int], row: Sequence[int]) -> int:
    """Tokens at the start that both have: where the value begins, whatever its first letters
    do to the token before it."""
    pairs = zip(context, row, strict=False)
    return next(
        (place for place, (a, b) in enumerate(pairs) if a != b), min(len(context), len(row))
    )


def rendered(tokenizer: "PreTrainedTokenizerBase", messages: Sequence[Any]) -> str:
    text = tokenizer.apply_chat_template(
        [dict(message) for message in messages], add_generation_prompt=True, tokenize=False
    )
    return str(text)


def ids_of(tokenizer: "PreTrainedTokenizerBase", text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])
