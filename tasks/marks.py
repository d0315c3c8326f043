"""A draft in pieces, so that a page can mark what policy and ticket hold and what they do not."""

from collections.abc import Iterable

from drafter.guard import grounded


def marked(draft: str, evidence: Iterable[str]) -> list[tuple[str, str]]:
    """The draft in pieces of (text, kind); kind is `supported`, `unsupported` or empty."""
    grounding = grounded(draft, evidence)
    spans = {fact.span: "supported" for fact in grounding.supported}
    spans |= {fact.span: "unsupported" for fact in grounding.unsupported}
    pieces = []
    end = 0
    for (start, stop), kind in sorted(spans.items()):
        pieces += [(draft[end:start], ""), (draft[start:stop], kind)]
        end = stop
    pieces.append((draft[end:], ""))
    return [piece for piece in pieces if piece[0]]
