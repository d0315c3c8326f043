"""What a draft leaves an agent to do, in words and minutes: a simple model, stated, not measured.

An agent reads the draft, then changes it into the reply that the human sent, or writes that reply
without it if this is less to type. Where no draft is shown the reply is written by hand.
It sees words alone: another good reply counts as work, so that minutes are rather too many.
"""

import re
from collections.abc import Sequence

from tasks.decide.prices import Prices

WORD = re.compile(r"\w+")


def minutes_by_hand(human: str, prices: Prices) -> float:
    """To write the human's reply from nothing."""
    return len(words(human)) / prices.words_typed


def minutes_with(draft: str, human: str, prices: Prices) -> float:
    """To read `draft` and to make the human's reply of it; "" is no draft."""
    ours, theirs = words(draft), words(human)
    typed = min(changed_words(ours, theirs), len(theirs)) if ours else len(theirs)
    return len(ours) / prices.words_read + typed / prices.words_typed


def words(text: str) -> list[str]:
    """In lower case; punctuation counts for nothing."""
    return WORD.findall(text.lower())


def changed_words(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """How many words to put in, take out or replace (Levenshtein's distance over words)."""
    import numpy as np

    numbers = {word: number for number, word in enumerate({*ours, *theirs})}
    target = np.array([numbers[word] for word in theirs])
    places = np.arange(len(theirs) + 1)
    row = places
    for done, word in enumerate(ours, start=1):
        replaced = row[:-1] + (target != numbers[word])
        best = np.minimum(replaced, row[1:] + 1)
        # what is put in comes from the left: the least of all that stand there, a word for a place
        row = np.minimum.accumulate(np.concatenate(([done], best)) - places) + places
    return int(row[-1])
