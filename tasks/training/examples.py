"""Replies as token ids, in the very form that drafting writes them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from drafter.draw import share_of
from drafter.errors import ModelUnavailable

if TYPE_CHECKING:
    import polars as pl
    from transformers import PreTrainedTokenizerBase

IGNORED = -100
# Rows are padded to a multiple of this, which keeps matrix products on their fast paths.
MULTIPLE = 8
# Stands for the reply while the template shows what it puts around one.
MARK = "reply"


@dataclass(frozen=True)
class Example:
    """One chat: `prompt` without loss, `completion` (the reply and the end of its turn) with it."""

    prompt: list[int]
    completion: list[int]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.completion)

    @property
    def input_ids(self) -> list[int]:
        return self.prompt + self.completion

    @property
    def labels(self) -> list[int]:
        return [IGNORED] * len(self.prompt) + self.completion


def first_by_hash(table: "pl.DataFrame", key: str, seed: int, count: int) -> "pl.DataFrame":
    """`count` rows, the same in every run: the first by a hash of `key`, in the table's order."""
    import polars as pl

    shares = [share_of(f"{seed}:{value}") for value in table[key]]
    return table.filter(pl.Series(shares, dtype=pl.Float64).rank("ordinal") <= count)


def encode_reply(
    tokenizer: "PreTrainedTokenizerBase", reply: str, around: tuple[str, str], max_length: int
) -> list[int]:
    """The reply with what `around_reply` found; where it would fill more than three quarters of
    `max_length` it loses its end, and with it the end of its turn."""
    before, after = around
    text = before + reply.strip() + after
    completion = list(tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])
    return completion[: max_length - max_length // 4]


def around_reply(tokenizer: "PreTrainedTokenizerBase") -> tuple[str, str]:
    """What the chat template puts between the opening of a reply and it, and after it.

    The text after it ends with the end-of-sequence token, where the template writes one: line
    breaks that some templates add belong to the next turn.

    Raises ModelUnavailable where a reply does not follow what opens it.
    """
    asked = [{"role": "user", "content": "question"}]
    answered = [*asked, {"role": "assistant", "content": MARK}]
    opening = tokenizer.apply_chat_template(asked, add_generation_prompt=True, tokenize=False)
    whole = tokenizer.apply_chat_template(answered, tokenize=False)
    before, mark, after = str(whole).removeprefix(str(opening)).rpartition(MARK)
    if not str(whole).startswith(str(opening)) or not mark:
        raise ModelUnavailable(
            "the base's chat template writes a reply otherwise than it opens one, so training on "
            "it would teach what drafting never shows: choose another base in params.yaml"
        )
    end = str(tokenizer.eos_token or "")
    if end and end in after:
        after = after[: after.index(end) + len(end)]
    return before, after
