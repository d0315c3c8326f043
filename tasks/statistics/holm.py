"""Holm's correction: of all claims made together, one is false in at most alpha of the cases."""

from collections.abc import Sequence


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjusted p-values, to be held against alpha (Holm 1979); scipy 1.17 has none.

    None is a test that could not be made: it stays None, and counts in the family all the same.
    """
    known = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, place) in enumerate(known):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p))
        adjusted[place] = largest
    return adjusted


def level_left(adjusted: Sequence[float | None], alpha: float) -> float:
    """The level at which the next claim of the family is tested, given those already made."""
    made = sum(p is not None and p <= alpha for p in adjusted)
    return alpha / max(1, len(adjusted) - made)
