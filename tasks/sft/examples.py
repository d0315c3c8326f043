"""Tickets as token ids with the loss on the reply alone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from drafter.draw import share_of
from drafter.fit import encode_chat
from drafter.prompt import build_prompt
from tasks.training.examples import Example, around_reply, encode_reply

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def sees_policy(ticket_id: str, seed: int, without_policy: float) -> bool:
    """Whether training shows this ticket its clauses: by a hash, so the same in every run."""
    return share_of(f"{seed}:{ticket_id}") >= without_policy


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
    around = around_reply(tokenizer)
    for ticket in tickets:
        shown: Sequence[Mapping[str, Any]] = ()
        if sees_policy(ticket["ticket_id"], seed, without_policy):
            shown = ticket["chunks"][:chunks]
        completion = encode_reply(tokenizer, ticket["reply"], around, max_length)
        prompt = encode_chat(tokenizer, build_prompt(ticket, shown), max_length - len(completion))
        yield Example(prompt, completion)
