"""Pieces of a draft, as a stream sends them: after the guard has seen the whole text, never before.

Joined, they are the text. They come by words, so that a reader on the way never shows half a one.
"""

import re
from collections.abc import Iterator

# about what a person takes in at a glance
LONG = 24
_WORDS = re.compile(r"\S*\s*")


def pieces(text: str) -> Iterator[str]:
    """`text` cut between words, each piece `LONG` characters or a little more."""
    piece = ""
    for word in _WORDS.findall(text):
        piece += word
        if len(piece) >= LONG:
            yield piece
            piece = ""
    if piece:
        yield piece
