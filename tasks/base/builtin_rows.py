"""Packed rows for the builtin model: tokens, and how much each counts in the loss."""

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tasks.base.builtin_params import BuiltinParams
from tasks.base.builtin_text import example

if TYPE_CHECKING:
    import numpy as np

Row = tuple[list[int], list[float]]


def chat_row(tokenizer: Any, messages: list[dict[str, str]], rest_weight: float) -> Row:
    """One chat's tokens, and their weights: 1 in the reply and the token that ends it."""
    tokens: list[int] = []
    weights: list[float] = []
    for message in messages:
        is_reply = message["role"] == "assistant"
        head = tokenizer.convert_tokens_to_ids(f"<|{message['role']}|>")
        said = tokenizer.encode(message["content"], add_special_tokens=False)
        tokens += [head, *said, tokenizer.eos_token_id]
        weights += [rest_weight] + [1.0 if is_reply else rest_weight] * (len(said) + 1)
    return tokens, weights


def repeated_row(draw: random.Random, vocabulary: int, length: int) -> Row:
    """A random stretch of tokens again and again; from its second time on it can be foretold.

    What has to be learned for it, to look where the same was seen before, is what reading needs.
    """
    stretch = [draw.randrange(vocabulary) for _ in range(draw.randint(16, length // 2))]
    tokens = (stretch * (length // len(stretch) + 1))[:length]
    return tokens, [0.0] * len(stretch) + [1.0] * (length - len(stretch))


def batches(
    tokenizer: Any, params: BuiltinParams, seed: int
) -> Iterator[tuple["np.ndarray", "np.ndarray"]]:
    """For each step, tokens (rows, row_tokens) and weights of the same shape.

    A row holds as many whole chats as fit, then padding of weight 0.
    """
    import numpy as np

    draw = random.Random(f"{seed} builtin rows")  # noqa: S311
    vocabulary = params.vocabulary + params.numbers - 9
    waiting: list[Row] = []
    for step in range(params.steps):
        share = params.repeats * max(0.0, 1 - step / (params.steps * params.repeats_until))
        tokens = np.full((params.rows, params.row_tokens), tokenizer.pad_token_id, dtype=np.int64)
        weights = np.zeros((params.rows, params.row_tokens), dtype=np.float32)
        for row in range(params.rows):
            if draw.random() < share:
                filled, counted = repeated_row(draw, vocabulary, params.row_tokens)
            else:
                filled, counted = _packed(draw, tokenizer, params, waiting)
            tokens[row, : len(filled)] = filled
            weights[row, : len(counted)] = counted
        yield tokens, weights


def _packed(draw: random.Random, tokenizer: Any, params: BuiltinParams, waiting: list[Row]) -> Row:
    """Whole chats one after the other: each time the longest waiting one that still fits."""
    tokens: list[int] = []
    weights: list[float] = []
    while True:
        while len(waiting) < 24:
            chat = example(draw)
            row = chat_row(tokenizer, chat.messages(), params.rest_weight)
            if len(row[0]) <= params.row_tokens:
                waiting.append(row)
        free = params.row_tokens - len(tokens)
        # The first takes whoever waits longest, so that nobody waits for ever.
        fitting = [row for row in waiting if len(row[0]) <= free]
        if not fitting:
            return tokens, weights
        chosen = max(fitting, key=lambda row: len(row[0])) if tokens else waiting[0]
        waiting.remove(chosen)
        tokens += chosen[0]
        weights += chosen[1]
