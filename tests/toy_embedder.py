"""A real embedder that needs no model: words hashed into a few numbers."""

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

WIDTH = 64


class WordHashes:
    """Texts that share words are similar. Deterministic, and each text stands for itself."""

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.embedded.extend(texts)
        vectors = np.zeros((len(texts), WIDTH), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, zlib.crc32(word.encode()) % WIDTH] += 1
            vectors[row] /= max(float(np.linalg.norm(vectors[row])), 1e-6)
        return vectors
