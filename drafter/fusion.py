"""Several rankings become one: a weighted sum of what each takes for likely.

Each component turns its scores into shares that sum to 1 over the documents, so weights mean the
same for every query. (Reciprocal ranks were tried and measured worse than the best component.)
"""

from dataclasses import asdict, dataclass
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    Scores = NDArray[np.float32]

LEAST = 1e-300  # a share that is next to nothing
SPARE = 32  # columns beyond the k that are looked at closely, for those nearly equal to the last
COMPONENTS = ("vector", "lexical", "votes", "clause_votes")


@dataclass(frozen=True)
class Weights:
    """How much each component counts; 0 leaves it out."""

    vector: float
    """Similarity of the query to the chunk."""
    lexical: float
    """BM25 of the chunk, with the statistics of its day."""
    votes: float
    """Documents that replies to the most similar past tickets cite."""
    clause_votes: float
    """The very sections that they cite."""

    def active(self) -> dict[str, float]:
        return {name: weight for name, weight in asdict(self).items() if weight > 0}

    @classmethod
    def alone(cls, component: str) -> "Weights":
        return cls(**{name: float(name == component) for name in COMPONENTS})


def shares(scores: "Scores", starts: "NDArray[np.int64]", temperature: float) -> "Scores":
    """Softmax of `scores` (queries x chunks) in which a document counts by its best chunk.

    `starts` holds the first column of each document. Lower temperatures trust the best more.
    """
    import numpy as np

    best = scores.max(axis=1, keepdims=True)
    powers = scores - best
    powers /= np.float32(temperature)
    np.exp(powers, out=powers)
    powers /= np.maximum.reduceat(powers, starts, axis=1).sum(axis=1, keepdims=True)
    return powers


def fuse(parts: "Mapping[str, Scores]", weights: Weights) -> "Scores":
    """One share per query and chunk: the weighted sum of the active components'."""
    import numpy as np

    active = list(weights.active().items())
    name, weight = active[0]
    if len(active) == 1:
        return parts[name]
    total = parts[name] * np.float32(weight)
    for name, weight in active[1:]:
        total += parts[name] * np.float32(weight)
    return total


def best_columns(scores: "Scores", k: int, by_ratio: bool = True) -> "NDArray[np.int64]":
    """(queries, k): the columns of the k highest scores, best first; equals in their order.

    Scores count as equal where they agree to 5 digits (`by_ratio`) or 5 decimals: the last bits of
    a matrix product differ with the number of queries, and must decide nothing.
    """
    import numpy as np
    import torch

    width = scores.shape[1]
    spare = min(k + SPARE, width)
    if spare < width:
        # four times as fast as numpy's argpartition
        top = torch.topk(torch.from_numpy(scores), spare, sorted=False).indices.numpy()
        top.sort(axis=1)
    else:
        top = np.broadcast_to(np.arange(width), scores.shape)
    values = np.take_along_axis(scores, top, axis=1).astype(np.float64)
    if by_ratio:
        values = np.log(np.maximum(values, LEAST))
    order = np.argsort(-np.round(values, 5), axis=1, kind="stable")[:, :k]
    return np.take_along_axis(top, order, axis=1)


def grid(steps: "Mapping[str, list[float]]") -> "Iterator[Weights]":
    """Every mixture of the steps, and each component alone; no mixture of nothing."""
    for component in COMPONENTS:
        yield Weights.alone(component)
    for values in product(*(steps[name] for name in COMPONENTS)):
        if sum(value > 0 for value in values) > 1:
            yield Weights(*values)


def learn(steps: "Mapping[str, list[float]]", measure: "Callable[[Weights], float]") -> Weights:
    """The weights of the grid that `measure` best; among equals the first."""
    return max(grid(steps), key=measure)
