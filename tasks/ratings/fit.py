"""Fit the trees of `accuracy` on the even questions of a file of rated replies.

    python -m tasks.ratings.fit FILE [--out weights.json]

Prints the correlation by cross-validation within the even questions, by which everything here was
chosen, and writes tasks/accuracy/weights.json. It never looks at the ratings of the odd questions;
`python -m tasks.ratings FILE` tells how the result does there.
"""

import argparse
import hashlib
import json
import random
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.errors import ReplymillError, UnsafeModel
from drafter.progress import progress
from drafter.tables import write_text
from tasks.accuracy.features import DIRECTIONS, NAMES, Answer, features
from tasks.accuracy.trees import WEIGHTS, Trees
from tasks.ratings.plant import ERRORS, plant
from tasks.ratings.read import Rated, is_even, question_hash, read_ratings
from tasks.remembering import Remembering

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from drafter.embed import Embedder

    Floats = NDArray[np.float64]

FOLDS = 5
# Chosen by cross-validation, where neighbours did as well within .005 (docs/accuracy.md).
TREES = {
    "max_iter": 250,
    "learning_rate": 0.05,
    "max_leaf_nodes": 12,
    "min_samples_leaf": 40,
    "l2_regularization": 5.0,
    "max_features": 0.3,
    "early_stopping": False,
    "random_state": 0,
}
# Right replies and the errors planted in them: what they are taken to be rated, and the weight.
RIGHT, WRONG, WEIGHT = 5.0, 3.0, 0.1
OTHER_NAMES = 3


@dataclass(frozen=True)
class Rows:
    """What trees are fitted on: features, ratings, weights, and the question of each row."""

    table: "Floats"
    ratings: "Floats"
    weights: "Floats"
    questions: list[str]


def main() -> None:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tasks.ratings.fit",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, help="gzipped JSONL of rated replies")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help=f"({WEIGHTS})")
    arguments = parser.parse_args()
    try:
        fit_file(arguments.file, arguments.out)
    except ReplymillError as error:
        sys.exit(f"ratings.fit: {error}")


def fit_file(path: Path, out: Path) -> None:
    """Read, cross-validate, fit, write."""
    import numpy as np

    from drafter.embed import PACKAGED, load_embedder, model_folder

    even = [one for one in read_ratings(path) if is_even(one.answer.question)]
    embedder = Remembering(load_embedder(PACKAGED, None))
    rated, planted = rated_rows(even, embedder), planted_rows(even, embedder)
    told = cross_validate(rated, planted)
    print(f"{len(even):,} replies to {len(set(rated.questions)):,} even questions")
    print(f"Pearson by {FOLDS}-fold cross-validation over questions: {told:.3f}")

    model = _fit(_joined(rated, planted))
    trees = exported(model)
    if not np.allclose(trees.predict(rated.table), model.predict(rated.table), atol=1e-5):
        raise UnsafeModel("the exported trees do not predict what scikit-learn does: not written")
    weights = model_folder(PACKAGED) / "model.safetensors"
    about = {
        "file_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "embedder_sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "replies": len(even),
        "cross_validated_pearson": round(told, 3),
        "questions": sorted({question_hash(question) for question in rated.questions}),
    }
    held = {"about": about, "features": list(NAMES), "base": trees.base, "trees": trees.trees}
    write_text(out, json.dumps(held, separators=(",", ":")) + "\n")


def rated_rows(rated: Sequence[Rated], embedder: "Embedder") -> Rows:
    """A row for each reply, with the mean of what people gave it."""
    import numpy as np

    answers = [one.answer for one in rated]
    return Rows(
        features(answers, embedder),
        np.array([np.mean(one.accuracy) for one in rated]),
        np.ones(len(rated)),
        [answer.question for answer in answers],
    )


def planted_rows(rated: Sequence[Rated], embedder: "Embedder") -> Rows:
    """The policy and the human's reply as drafts, and both with one error of each kind.

    People make few of the errors that a company fears most; nobody rated these, code did.
    """
    import numpy as np

    draw = random.Random(0)  # noqa: S311, no secret
    distinct: dict[tuple[str, str, str], Answer] = {}
    for one in rated:
        answer = one.answer
        distinct.setdefault((answer.question, answer.policy, answer.human), answer)
    names = sorted({name for answer in distinct.values() for name in company_names(answer.policy)})
    answers: list[Answer] = []
    ratings: list[float] = []
    for answer in distinct.values():
        others = draw.sample(names, min(OTHER_NAMES, len(names)))
        own = company_names(answer.policy)
        for right in (answer.policy, answer.human):
            planted = [plant(error, right, [*own, *others], draw) for error in ERRORS]
            for text, rating in [(right, RIGHT), *((text, WRONG) for text in planted if text)]:
                answers.append(replace(answer, draft=text))
                ratings.append(rating)
    return Rows(
        features(answers, embedder),
        np.array(ratings),
        np.full(len(answers), WEIGHT),
        [answer.question for answer in answers],
    )


def company_names(text: str) -> list[str]:
    """Runs of capitalised words inside sentences: "Hotel Zeppelin"."""
    return [match[0] for match in re.finditer(r"(?<=[a-z,] )[A-Z][a-z]{2,}(?: [A-Z][a-z]+)*", text)]


def cross_validate(rated: Rows, planted: Rows) -> float:
    """Pearson's correlation over all folds together; a question lies in one fold, plants too."""
    import numpy as np

    fold = np.array([fold_of(question) for question in rated.questions])
    planted_fold = np.array([fold_of(question) for question in planted.questions])
    found = np.zeros(len(fold))
    with progress("cross-validating", FOLDS, "folds") as advance:
        for one in range(FOLDS):
            model = _fit(_joined(_only(rated, fold != one), _only(planted, planted_fold != one)))
            found[fold == one] = model.predict(rated.table[fold == one])
            advance(1)
    return float(np.corrcoef(found, rated.ratings)[0, 1])


def fold_of(question: str) -> int:
    """The digits above the one that says even or odd."""
    return int(question_hash(question), 16) // 2 % FOLDS


def exported(model: Any) -> Trees:
    """scikit-learn's trees as ours, their numbers rounded to what float32 and a rating need."""
    trees = []
    for (predictor,) in model._predictors:
        nodes = predictor.nodes
        leaf = nodes["is_leaf"].astype(bool)
        trees.append(
            {
                "feature": [
                    -1 if end else int(f) for f, end in zip(nodes["feature_idx"], leaf, strict=True)
                ],
                "threshold": [
                    0 if end else float(t)
                    for t, end in zip(nodes["num_threshold"], leaf, strict=True)
                ],
                "left": [0 if end else int(n) for n, end in zip(nodes["left"], leaf, strict=True)],
                "right": [
                    0 if end else int(n) for n, end in zip(nodes["right"], leaf, strict=True)
                ],
                "missing_left": [int(m) for m in nodes["missing_go_to_left"]],
                "value": [
                    round(float(v), 6) if end else 0
                    for v, end in zip(nodes["value"], leaf, strict=True)
                ],
            }
        )
    base = float(model._baseline_prediction.ravel()[0])
    return Trees(NAMES, base, tuple(trees), {})


def _fit(rows: Rows) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    model = HistGradientBoostingRegressor(monotonic_cst=list(DIRECTIONS.values()), **TREES)
    # one thread sums in one order on any machine, and waits for no busy neighbour
    with threadpool_limits(1):
        return model.fit(rows.table, rows.ratings, sample_weight=rows.weights)


def _only(rows: Rows, mask: Any) -> Rows:
    kept = [question for question, there in zip(rows.questions, mask, strict=True) if there]
    return Rows(rows.table[mask], rows.ratings[mask], rows.weights[mask], kept)


def _joined(one: Rows, other: Rows) -> Rows:
    import numpy as np

    return Rows(
        np.concatenate([one.table, other.table]),
        np.concatenate([one.ratings, other.ratings]),
        np.concatenate([one.weights, other.weights]),
        [*one.questions, *other.questions],
    )


if __name__ == "__main__":
    main()
