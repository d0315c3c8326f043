"""The score of many drafts: features, fixed trees, and from the ratings' 1..5 to 0..1."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tasks.accuracy.features import NAMES, Answer, features
from tasks.accuracy.trees import WEIGHTS, load_trees
from tasks.remembering import Remembering

if TYPE_CHECKING:
    from drafter.embed import Embedder

LOWEST, HIGHEST = 1, 5


def accuracy(answers: Sequence[Answer], embedder: "Embedder") -> list[float]:
    """0 to 1 for each answer; 0 for an empty draft. `embedder` is the one of the fit, MiniLM."""
    trees = load_trees(WEIGHTS, NAMES)
    written = [place for place, answer in enumerate(answers) if answer.draft.strip()]
    scores = [0.0] * len(answers)
    table = features([answers[place] for place in written], embedder)
    for place, rated in zip(written, trees.predict(table), strict=True):
        scores[place] = min(1.0, max(0.0, (float(rated) - LOWEST) / (HIGHEST - LOWEST)))
    return scores


def fitted_embedder() -> Remembering:
    """MiniLM from its package, with the hash that the trees were fitted under."""
    from drafter.embed import PACKAGED, load_embedder

    about = load_trees(WEIGHTS, NAMES).about
    return Remembering(load_embedder(PACKAGED, about["embedder_sha256"]))
