"""How many words stand between a draft and what was sent."""

import re
from collections.abc import Sequence

WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """In lower case; punctuation counts for nothing."""
    return WORD.findall(text.lower())


def typed_words(draft: Sequence[str], reply: Sequence[str]) -> int:
    """How many words an agent types who needs `reply` and has `draft`, or writes it from nothing.

    Never more than the reply has; all of them where there is no draft.
    """
    return min(changed_words(draft, reply), len(reply)) if draft else len(reply)


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
