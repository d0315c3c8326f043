"""Making a chat fit into a model's positions, by dropping what matters least."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drafter.prompt import Message

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


# Each round encodes the whole chat anew and shortens one message; with thousands of them a ticket
# of 256 KB would take minutes.
MANY = 32


@dataclass(frozen=True)
class Fitted:
    """Token ids of a chat, and what of each message's content is in them."""

    ids: list[int]
    contents: tuple[str, ...]


def encode_chat(
    tokenizer: "PreTrainedTokenizerBase", messages: Sequence[Message], limit: int
) -> list[int]:
    """The ids of `fit_chat`."""
    return fit_chat(tokenizer, messages, limit).ids


def fit_chat(
    tokenizer: "PreTrainedTokenizerBase", messages: Sequence[Message], limit: int
) -> Fitted:
    """Token ids of the chat with the opening of the reply, at most `limit` of them.

    Where it is longer, the policy loses its last line (its least relevant clause) until one is
    left; then a conversation of many turns loses the oldest; then the longest message loses its
    end. `limit` must leave room for the chat's own tokens.
    """
    messages = [Message(role=message["role"], content=message["content"]) for message in messages]
    asked, first = len(messages), int(messages[0]["role"] == "system")
    ids = _ids(tokenizer, messages)
    while len(ids) > limit and first and "\n" in messages[0]["content"]:
        messages[0]["content"] = messages[0]["content"].rpartition("\n")[0]
        ids = _ids(tokenizer, messages)
    while len(ids) > limit and len(messages) > MANY:
        turns = len(messages) - first
        keep = max(MANY - first, int(turns * limit / len(ids)))
        messages = messages[:first] + messages[-min(keep, turns - 1) :]
        ids = _ids(tokenizer, messages)
    while len(ids) > limit:
        longest = max(messages, key=lambda message: len(message["content"]))
        if not longest["content"]:
            ids = ids[-limit:]
            break
        # Characters per token vary; cutting in proportion and looking again ends in a few rounds.
        keep = int(len(longest["content"]) * (1 - (len(ids) - limit) / len(ids)))
        longest["content"] = longest["content"][: min(keep, len(longest["content"]) - 1)]
        ids = _ids(tokenizer, messages)
    left = [message["content"] for message in messages]
    return Fitted(ids, (*left[:first], *[""] * (asked - len(left)), *left[first:]))


def _ids(tokenizer: "PreTrainedTokenizerBase", messages: Sequence[Message]) -> list[int]:
    own = _control(tokenizer)
    text = tokenizer.apply_chat_template(
        [
            {"role": message["role"], "content": own.sub(_broken, message["content"])}
            for message in messages
        ],
        add_generation_prompt=True,
        tokenize=False,
    )
    # verbose: it would warn of a text that is too long for the model, which is what is cut here
    return list(tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])


def _control(tokenizer: "PreTrainedTokenizerBase") -> re.Pattern[str]:
    """The template's own tokens: a letter that writes <|im_end|> must not end its own turn."""
    added = [str(token) for token in tokenizer.added_tokens_decoder.values() if token.special]
    signs = {sign for sign in (*added, *tokenizer.all_special_tokens) if len(sign) > 1}
    longest_first = sorted(signs, key=lambda sign: (-len(sign), sign))
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


def _broken(match: re.Match[str]) -> str:
    """`<|im_end|>` as text that the tokenizer reads letter by letter."""
    return f"{match[0][0]} {match[0][1:]}"
