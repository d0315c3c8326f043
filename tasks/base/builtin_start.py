"""Where the builtin model's weights start: drawn at random, with the wiring for reading laid out.

To copy what a clause says, a model needs two attention heads in a row (induction heads: Olsson et
al. 2022, arXiv:2209.11895). One looks at the position before; the next looks for the place whose
predecessor is the token at hand, and copies what stands there. From random weights this wiring
appears by chance after millions of tokens, all at once and at another step for every seed. Here it
is drawn from the start, roughly, and training does the rest (compare mimetic initialization:
Trockman and Kolter 2023, arXiv:2305.09828).

    dimension 0          the same for every token: what lets a head look by position alone
    the last `head` ones empty at first: there layer 0 leaves what the token before was
"""

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

# Low enough for content to be compared over a whole prompt: only the first pairs turn fast.
ROPE_THETA = 1_000_000.0
FAST_PAIRS = 4
EMBEDDING_STD = 0.08
CONSTANT = 3.0  # of dimension 0, in units of EMBEDDING_STD
BEFORE_SHARPNESS = 100.0  # squared amplitude of looking at the position before
MATCH_SHARPNESS = 10.0
COPY = 4.0


def lay_out(model: Any) -> None:
    """Change the fresh LlamaForCausalLM `model` in place; torch's seed decides the draws."""
    import torch

    config = model.config
    width, heads = config.hidden_size, config.num_attention_heads
    size = width // heads
    with torch.no_grad():
        table = model.model.embed_tokens.weight
        table.normal_(0, EMBEDDING_STD)
        table[:, 0] = CONSTANT * EMBEDDING_STD
        table[:, width - size :] = 0
        signature = _rows(size - 2 * FAST_PAIRS, width, size)
        _look_before(model.model.layers[0].self_attn, signature, size, width)
        _look_where_it_was(model.model.layers[1].self_attn, signature, size, width, heads - 1)


def _rows(count: int, width: int, size: int) -> "torch.Tensor":
    """`count` random orthonormal rows that read a token's own dimensions."""
    import torch

    rows = torch.zeros(count, width)
    own = width - size - 1
    rows[:, 1 : width - size] = torch.nn.init.orthogonal_(torch.empty(own, own))[:count]
    return rows


def _slow(size: int) -> list[int]:
    """The places in a head that the position hardly turns; rotary pairs are (i, i + size / 2)."""
    half = size // 2
    return [*range(FAST_PAIRS, half), *range(half + FAST_PAIRS, size)]


def _look_before(attention: Any, signature: "torch.Tensor", size: int, width: int) -> None:
    """Head 0 of the first layer looks one back and notes that token's signature."""
    import torch

    amplitude = math.sqrt(BEFORE_SHARPNESS) / CONSTANT
    half = size // 2
    query, key = torch.zeros(size, width), torch.zeros(size, width)
    for pair in range(FAST_PAIRS):
        turn = ROPE_THETA ** (-pair / half)
        query[pair, 0] = amplitude
        key[pair, 0] = amplitude * math.cos(turn)
        key[pair + half, 0] = amplitude * math.sin(turn)
    attention.q_proj.weight[:size] = query
    attention.k_proj.weight[:size] = key
    value = torch.zeros(size, width)
    value[: len(signature)] = signature
    attention.v_proj.weight[:size] = value
    out = torch.zeros(width, size)
    out[width - size :] = torch.eye(size) * EMBEDDING_STD
    attention.o_proj.weight[:, :size] = out


def _look_where_it_was(
    attention: Any, signature: "torch.Tensor", size: int, width: int, heads: int
) -> None:
    """Some heads look for the place whose predecessor is this token, and copy what is there."""
    import torch

    sharp = math.sqrt(MATCH_SHARPNESS)
    query, key = torch.zeros(size, width), torch.zeros(size, width)
    slow = _slow(size)
    copied = _rows(min(heads * size, width - size - 1), width, size)
    query[slow] = signature * sharp
    key[slow, [width - size + place for place in range(len(slow))]] = sharp
    for head in range(heads):
        part = slice(head * size, (head + 1) * size)
        attention.q_proj.weight[part] = query
        attention.k_proj.weight[part] = key
        rows = torch.zeros(size, width)
        own = copied[part]
        rows[: len(own)] = own
        attention.v_proj.weight[part] = rows
        attention.o_proj.weight[:, part] = rows.T * COPY * EMBEDDING_STD
