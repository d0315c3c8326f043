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
    Ranking = NDArray[np.float64]

# the log of a share that is next to nothing
LEAST = -700.0
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
    powers = np.exp((scores - best) / np.float32(temperature))
    total = np.maximum.reduceat(powers, starts, axis=1).sum(axis=1, keepdims=True)
    return powers / total


def fuse(parts: "Mapping[str, Scores]", weights: Weights) -> "Ranking":
    """One score per query and chunk, on a log scale, with a fixed order among equals.

    Rounded to 5 decimals, so that the last bits of a matrix product (which differ with the number
    of queries) decide nothing; equals keep the order of the chunks.
    """
    import numpy as np

    active = weights.active()
    total = sum(np.float64(weight) * parts[name] for name, weight in active.items())
    with np.errstate(divide="ignore"):
        scores = np.log(np.asarray(total, dtype=np.float64))
    scores = np.round(np.maximum(scores, LEAST), 5)
    return scores - np.arange(scores.shape[1]) * 1e-12


def best_columns(ranking: "Ranking", k: int) -> "NDArray[np.int64]":
    """(queries, k): the columns of the k highest scores, best first."""
    import numpy as np

    k = min(k, ranking.shape[1])
    if k < ranking.shape[1]:
        top = np.argpartition(-ranking, k - 1, axis=1)[:, :k]
    else:
        top = np.broadcast_to(np.arange(k), (len(ranking), k))
    order = np.argsort(-np.take_along_axis(ranking, top, axis=1), axis=1, kind="stable")
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
