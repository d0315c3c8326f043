"""Tickets as token ids with the loss on the reply alone, in the very form that drafting uses."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drafter.errors import ModelUnavailable
from drafter.fit import encode_chat
from drafter.prompt import build_prompt

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

IGNORED = -100
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


def sees_policy(ticket_id: str, seed: int, without_policy: float) -> bool:
    """Whether training shows this ticket its clauses: by a hash, so the same in every run."""
    return share_of(ticket_id, seed) >= without_policy


def share_of(ticket_id: str, seed: int) -> float:
    """A number in [0, 1) that depends on the ticket's id and the seed alone."""
    digest = hashlib.sha256(f"{seed}:{ticket_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def make_examples(
    tickets: Iterable[Mapping[str, Any]],
    tokenizer: "PreTrainedTokenizerBase",
    *,
    seed: int,
    without_policy: float,
    chunks: int,
    max_length: int,
) -> Iterable[Example]:
    """One example a ticket (a RETRIEVED row), in the order given, each at most `max_length` long.

    The prompt is what drafting would show, shortened as drafting shortens it; a reply that fills
    more than three quarters of `max_length` loses its end, and with it the end of its turn.
    """
    before, after = around_reply(tokenizer)
    for ticket in tickets:
        shown: Sequence[Mapping[str, Any]] = ()
        if sees_policy(ticket["ticket_id"], seed, without_policy):
            shown = ticket["chunks"][:chunks]
        text = before + ticket["reply"].strip() + after
        completion = list(tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])
        completion = completion[: max_length - max_length // 4]
        prompt = encode_chat(tokenizer, build_prompt(ticket, shown), max_length - len(completion))
        yield Example(prompt, completion)


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
