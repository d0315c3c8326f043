"""An embedder that several metrics share: candidates have questions and replies in common."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drafter.embed import Embedder, Vectors


class Remembering:
    """Gives what `embedder` gives, each text asked of it once."""

    def __init__(self, embedder: "Embedder") -> None:
        self.embedder = embedder
        self.known: dict[str, Vectors] = {}

    def embed(self, texts: Sequence[str]) -> "Vectors":
        import numpy as np

        new = sorted(set(texts) - set(self.known))
        if new or not texts:
            vectors = self.embedder.embed(new)
            self.known.update(zip(new, vectors, strict=True))
        return np.stack([self.known[text] for text in texts]) if texts else vectors
