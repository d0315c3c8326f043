"""Fixed regression trees as JSON: read, checked and evaluated with numpy alone.

    {"features": ["cosine_policy", ...], "base": 4.38, "trees": [
        {"feature": [0, -1, -1], "threshold": [0.71, 0, 0], "left": [1, -1, -1],
         "right": [2, -1, -1], "missing_left": [1, 0, 0], "value": [0, -0.02, 0.01]}, ...]}

A node with feature -1 is a leaf. A value at most the threshold goes left; NaN goes as missing_left
says. The score is `base` plus the sum of one leaf of each tree.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drafter.errors import UnsafeModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WEIGHTS = Path(__file__).with_name("weights.json")
COLUMNS = ("feature", "threshold", "left", "right", "missing_left", "value")


@dataclass(frozen=True)
class Trees:
    """An ensemble over named features. `about` says on what it was fitted."""

    features: tuple[str, ...]
    base: float
    trees: tuple[dict[str, Any], ...]
    about: dict[str, Any]

    def predict(self, table: "Floats") -> "Floats":
        """(rows, features) to (rows,), in the ratings' own unit."""
        import numpy as np

        total = np.full(len(table), self.base)
        for tree in self.trees:
            columns = {name: np.asarray(tree[name]) for name in COLUMNS}
            node = np.zeros(len(table), dtype=int)
            open_rows = np.flatnonzero(columns["feature"][node] >= 0)
            while len(open_rows):
                here = node[open_rows]
                values = table[open_rows, columns["feature"][here]]
                left = np.where(
                    np.isnan(values),
                    columns["missing_left"][here] == 1,
                    values <= columns["threshold"][here],
                )
                node[open_rows] = np.where(left, columns["left"][here], columns["right"][here])
                open_rows = open_rows[columns["feature"][node[open_rows]] >= 0]
            total += columns["value"][node]
        return total


@lru_cache(maxsize=4)
def load_trees(path: Path, expected: tuple[str, ...]) -> Trees:
    """Read `path`. Raises UnsafeModel where it is no such file or fitted on other features."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        trees = Trees(tuple(held["features"]), held["base"], tuple(held["trees"]), held["about"])
        if not all(set(COLUMNS) <= set(tree) for tree in trees.trees):
            raise KeyError("trees")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnsafeModel(
            f"{path} holds no trees ({type(error).__name__}: {error}): restore it from git, or fit "
            "it anew with `python -m tasks.ratings.fit FILE`"
        ) from error
    if trees.features != expected:
        other = sorted(set(trees.features) ^ set(expected)) or ["their order"]
        raise UnsafeModel(
            f"{path} was fitted on other features than the code computes ({', '.join(other)}): "
            "fit it anew with `python -m tasks.ratings.fit FILE`"
        )
    return trees
