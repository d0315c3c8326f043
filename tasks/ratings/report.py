"""Score a file of rated replies and tell how far the scores go with the ratings."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.accuracy.features import NAMES
from tasks.accuracy.score import accuracy, fitted_embedder
from tasks.accuracy.trees import WEIGHTS, load_trees
from tasks.ratings.measure import CONFIDENCE, RESAMPLES, Correlation, correlations, raters_ceiling
from tasks.ratings.read import Rated, question_hash, read_ratings

if TYPE_CHECKING:
    from drafter.embed import Embedder

SEED = 0


def report(path: Path, embedder: "Embedder | None" = None) -> str:
    """The table for one file. Raises BadInput where the file is unusable."""
    rated = read_ratings(path)
    about = load_trees(WEIGHTS, NAMES).about
    scores = accuracy([one.answer for one in rated], embedder or fitted_embedder())
    return told(rated, scores, frozenset(about["questions"]))


def told(rated: Sequence[Rated], scores: Sequence[float], fitted_on: frozenset[str]) -> str:
    """Correlations of `scores` with the ratings, apart for questions that were fitted on."""
    seen = [question_hash(one.answer.question) in fitted_on for one in rated]
    parts = {
        "never fitted on": [place for place, was in enumerate(seen) if not was],
        "fitted on (proves nothing)": [place for place, was in enumerate(seen) if was],
    }
    questions = len({one.answer.question for one in rated})
    lines = [
        f"{len(rated):,} replies to {questions:,} questions, {len(rated[0].accuracy)} raters",
        "",
        f"{'':15} {'questions':28} {'replies':>8}  {'Pearson':19} {'Spearman':19} ceiling",
    ]
    for rating in ("accuracy", "appropriateness"):
        for name, places in parts.items():
            if places:
                lines.append(
                    _line(rating, name, [rated[p] for p in places], [scores[p] for p in places])
                )
    lines += [
        "",
        f"In brackets: {CONFIDENCE:.0%} of {RESAMPLES:,} bootstraps over questions. Ceiling: what "
        "the raters' own agreement allows.",
        "Nothing was fitted on this file now. The trees were fitted on "
        f"{len(fitted_on):,} questions; those among these stand apart.",
    ]
    return "\n".join(lines)


def _line(rating: str, name: str, rated: Sequence[Rated], scores: Sequence[float]) -> str:
    import numpy as np

    given = np.array([getattr(one, rating) for one in rated], dtype=float)
    asked = [one.answer.question for one in rated]
    found = correlations(np.asarray(scores), given.mean(axis=1), asked, SEED)
    _, ceiling = raters_ceiling(given)
    shown = "\u2013" if ceiling is None else _plain(ceiling)
    return (
        f"{rating:15} {name:28} {len(rated):8,}  {_shown(found['pearson']):19} "
        f"{_shown(found['spearman']):19} {shown}"
    )


def _shown(found: Correlation) -> str:
    if found.value is None:
        return "\u2013"
    if found.low is None or found.high is None:
        return f"{_plain(found.value)} (few questions)"
    return f"{_plain(found.value)} [{_plain(found.low)}, {_plain(found.high)}]"


def _plain(value: float) -> str:
    return f"{value:.3f}".replace("0.", ".", 1)
