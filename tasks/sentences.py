"""Where a text's sentences end.

tasks/accuracy/words.py has a rule of its own: its trees were fitted on what that gives.
"""

import re

END = re.compile(r"(?<=[.!?…。！？])\s+|\s*\n\s*")  # noqa: RUF001, full stops of other scripts
BEGINNING = re.compile(r"[A-Z\[\"'(]")


def sentences(text: str) -> list[str]:
    """Sentences and lines, in order; a text without any is one empty sentence."""
    return [part for part in END.split(text.strip()) if part] or [""]


def sentence_at(text: str, place: int) -> str:
    """The sentence that reaches to `place` or beyond, for people to read.

    Within a line it ends only before a capital, a bracket or a quotation mark: not after "approx.".
    """
    ends = [
        end
        for end in END.finditer(text)
        if "\n" in end[0] or BEGINNING.match(text, end.end()) is not None
    ]
    begin = max((end.end() for end in ends if end.start() < place), default=0)
    stop = min((end.start() for end in ends if end.start() >= place), default=len(text))
    return text[begin:stop].strip()
