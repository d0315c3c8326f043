"""Preference pairs as token ids, and what is no use to learn from."""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drafter.fit import encode_chat
from tasks.training.examples import around_reply, encode_reply

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Pair:
    """Two replies to one prompt, each with the end of its turn; `weight` as the table has it."""

    prompt: list[int]
    chosen: list[int]
    rejected: list[int]
    weight: float

    def __len__(self) -> int:
        """Tokens where the prompt stands once."""
        return len(self.prompt) + len(self.chosen) + len(self.rejected)

    def content(self) -> bytes:
        """For a digest."""
        parts = (self.prompt, self.chosen, self.rejected)
        ids = array("q", [*map(len, parts), *self.prompt, *self.chosen, *self.rejected])
        return ids.tobytes() + array("d", [self.weight]).tobytes()


def make_pairs(
    rows: Iterable[Mapping[str, Any]], tokenizer: "PreTrainedTokenizerBase", max_length: int
) -> Iterable[Pair]:
    """One pair a row of PREFERENCE_PAIR, in the order given.

    Prompts are shortened as drafting shortens them, and replies as stage sft shortens them, so that
    the prompt and either reply are together at most `max_length` long.
    """
    around = around_reply(tokenizer)
    for row in rows:
        chosen = encode_reply(tokenizer, row["chosen"], around, max_length)
        rejected = encode_reply(tokenizer, row["rejected"], around, max_length)
        room = max_length - max(len(chosen), len(rejected))
        yield Pair(encode_chat(tokenizer, row["prompt"], room), chosen, rejected, row["weight"])


def says_something(pair: Pair) -> bool:
    """Whether there is anything to learn: some weight, and two replies that differ as tokens do."""
    return pair.weight > 0 and pair.chosen != pair.rejected
