"""reports/preferences.json: candidates = pairs + left out, by origin, and how their lengths lie."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tasks.preferences.candidate import Candidate, kept
from tasks.preferences.length import lengths
from tasks.preferences.params import ORIGINS, Weights

# Reasons that are about lengths: the ratio "before" is of all that nothing else speaks against.
BY_LENGTH = ("too_unequal", "uneven")


def report(splits: Mapping[str, Sequence[Candidate]], weights: Weights) -> dict[str, Any]:
    """What came in and what became of it; lengths before and after they were held even."""
    whole = [candidate for candidates in splits.values() for candidate in candidates]
    return {
        "candidates": len(whole),
        "pairs": {split: len(kept(candidates)) for split, candidates in splits.items()},
        "length_ratio": _before_and_after(whole),
        "origins": {
            origin: _about(origin, splits) | {"weight": getattr(weights, origin)}
            for origin in ORIGINS
        },
    }


def _about(origin: str, splits: Mapping[str, Sequence[Candidate]]) -> dict[str, Any]:
    ours = {
        split: [candidate for candidate in candidates if candidate.origin == origin]
        for split, candidates in splits.items()
    }
    whole = [candidate for candidates in ours.values() for candidate in candidates]
    about = {
        "candidates": len(whole),
        "pairs": {split: len(kept(candidates)) for split, candidates in ours.items()},
        "left_out": _counted(one.reason for one in whole if one.reason),
        "length_ratio": _before_and_after(whole),
    }
    if origin == "edit":
        about["edits"] = _counted(one.edit for one in whole if one.edit)
        about["pairs_by_edit"] = _counted(one.edit for one in kept(whole) if one.edit)
    return about


def _before_and_after(candidates: Sequence[Candidate]) -> dict[str, Any]:
    before = [one for one in candidates if one.reason is None or one.reason in BY_LENGTH]
    return {"before": lengths(before), "after": lengths(kept(candidates))}


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))
