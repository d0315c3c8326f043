"""Lengths held even: where chosen replies are longer on the whole, DPO learns "longer is better".

The ratio is of characters, chosen to rejected, and its mean is the geometric one: 2 and 1/2 are
even. `even` sorts pairs by log ratio into bins as wide as log(same). The middle bin, of ratios
between 1/same and same, stays whole; of two bins that mirror each other the fuller loses pairs by
their hash until both have as many. What stays outside the middle so comes in twos that cancel each
other up to one bin's width, and the mean of all lies between 1/same and same, whatever came in.
Where an origin only ever lengthens, little but its middle stays; the report shows it.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean, quantiles
from typing import Any

from drafter.draw import share_of
from tasks.preferences.candidate import Candidate
from tasks.preferences.params import LengthParams


def log_ratio(pair: Candidate) -> float:
    """Natural logarithm of the characters of chosen per character of rejected."""
    return math.log(max(len(pair.chosen), 1) / max(len(pair.rejected), 1))


def even(pairs: Sequence[Candidate], params: LengthParams, seed: int) -> list[Candidate]:
    """The pairs in their order; those that must go have the reason `too_unequal` or `uneven`."""
    width = math.log(params.same)
    bins: dict[int, list[int]] = defaultdict(list)
    why: dict[int, str] = {}
    for place, pair in enumerate(pairs):
        ratio = log_ratio(pair)
        if abs(ratio) > math.log(params.most):
            why[place] = "too_unequal"
        else:
            bins[int(ratio / width)].append(place)  # towards zero: the middle is one bin
    for number, places in bins.items():
        if number:
            places.sort(key=lambda place: share_of(f"{seed}:even:{pairs[place].pair_id}"))
            fair = len(bins.get(-number, ()))
            why |= dict.fromkeys(places[fair:], "uneven")
    return [pair.without(why[place]) if place in why else pair for place, pair in enumerate(pairs)]


def lengths(pairs: Sequence[Candidate]) -> dict[str, Any] | None:
    """How the ratios lie; None where there are no pairs."""
    if not pairs:
        return None
    logs = [log_ratio(pair) for pair in pairs]
    tenths = quantiles(logs, n=10, method="inclusive") if len(logs) > 1 else logs * 9
    return {
        "pairs": len(pairs),
        "mean": round(math.exp(fmean(logs)), 4),
        "median": round(math.exp(tenths[4]), 4),
        "p10": round(math.exp(tenths[0]), 4),
        "p90": round(math.exp(tenths[8]), 4),
        "chosen_longer": round(fmean(ratio > 0 for ratio in logs), 4),
    }
