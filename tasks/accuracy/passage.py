"""The few sentences of the policy that answer a ticket, out of all that was cited or found."""

from collections.abc import Sequence

from drafter.guard import grounded
from tasks.accuracy.words import SENTENCE_END, core, read

MOST_WORDS = 60
"""About the length of the policies that the ratings were given beside."""

SHARED = 2
"""Stems beyond the question's that a human's reply must share with a policy to rest on it."""


def answering(passages: Sequence[str], question: str, human: str, cited: bool) -> str:
    """The sentences nearest to what the human said, in their order, of at most MOST_WORDS.

    Empty where there is nothing, and, unless the human's reply cites it, where that reply rests on
    none of it: then a draft is held against the reply alone.
    """
    asked, wanted = read(question), read(core(human, read(question).content))
    sentences = [
        part.strip()
        for passage in dict.fromkeys(passages)
        for part in SENTENCE_END.split(passage)
        if part.strip() and not part.startswith("#")
    ]

    def worth(sentence: str) -> tuple[int, int, int]:
        seen = read(sentence)
        figures = {form for figure in wanted.figures for form in figure}
        return (
            sum(not figures.isdisjoint(figure) for figure in seen.figures),
            len(seen.content & wanted.content),
            len(seen.content & asked.content),
        )

    ranked = sorted(range(len(sentences)), key=lambda place: worth(sentences[place]), reverse=True)
    kept: list[int] = []
    room = MOST_WORDS
    for place in ranked:
        words = len(read(sentences[place]).tokens)
        if kept and (words > room or not any(worth(sentences[place]))):
            continue
        kept.append(place)
        room -= words
    text = " ".join(sentences[place] for place in sorted(kept))
    if cited or not text:
        return text
    rests = bool(grounded(human, [text]).supported) or (
        len((read(text).content & wanted.content) - asked.content) >= SHARED
    )
    return text if rests else ""
