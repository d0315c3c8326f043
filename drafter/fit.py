"""Making a chat fit into a model's positions, by dropping what matters least."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from drafter.prompt import Message

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def encode_chat(
    tokenizer: "PreTrainedTokenizerBase", messages: Sequence[Message], limit: int
) -> list[int]:
    """Token ids of the chat with the opening of the reply, at most `limit` of them.

    Where it is longer, the policy loses its last line (its least relevant clause) until one is
    left; then the longest message loses its end. `limit` must leave room for the chat's own tokens.
    """
    messages = [Message(role=message["role"], content=message["content"]) for message in messages]
    ids = _ids(tokenizer, messages)
    while len(ids) > limit and messages[0]["role"] == "system" and "\n" in messages[0]["content"]:
        messages[0]["content"] = messages[0]["content"].rpartition("\n")[0]
        ids = _ids(tokenizer, messages)
    while len(ids) > limit:
        longest = max(messages, key=lambda message: len(message["content"]))
        if not longest["content"]:
            return ids[-limit:]
        # Characters per token vary; cutting in proportion and looking again ends in a few rounds.
        keep = int(len(longest["content"]) * (1 - (len(ids) - limit) / len(ids)))
        longest["content"] = longest["content"][: min(keep, len(longest["content"]) - 1)]
        ids = _ids(tokenizer, messages)
    return ids


def _ids(tokenizer: "PreTrainedTokenizerBase", messages: Sequence[Message]) -> list[int]:
    text = tokenizer.apply_chat_template(
        [{"role": message["role"], "content": message["content"]} for message in messages],
        add_generation_prompt=True,
        tokenize=False,
    )
    # verbose: it would warn of a text that is too long for the model, which is what is cut here
    return list(tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])
