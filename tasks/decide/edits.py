"""What a draft leaves an agent to do, in words and minutes: a simple model, stated, not measured.

An agent reads the draft, then changes it into the reply that the human sent, or writes that reply
without it if this is less to type. Where no draft is shown the reply is written by hand.
It sees words alone: another good reply counts as work, so that minutes are rather too many.
"""

from tasks.changed_words import typed_words, words
from tasks.decide.prices import Prices


def minutes_by_hand(human: str, prices: Prices) -> float:
    """To write the human's reply from nothing."""
    return len(words(human)) / prices.words_typed


def minutes_with(draft: str, human: str, prices: Prices) -> float:
    """To read `draft` and to make the human's reply of it; "" is no draft."""
    ours, theirs = words(draft), words(human)
    return len(ours) / prices.words_read + typed_words(ours, theirs) / prices.words_typed
