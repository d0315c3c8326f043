"""Every candidate in every dimension, and every challenger against the champion."""

from typing import Any

from tasks.decide.measured import BOUNDED, LESS_IS_BETTER, Measured
from tasks.decide.params import DecideParams
from tasks.statistics.clusters import clustered
from tasks.statistics.holm import holm
from tasks.statistics.intervals import mean_intervals
from tasks.statistics.margin import p_not_worse
from tasks.statistics.permutation import p_values


def means(measured: Measured, params: DecideParams, seed: int) -> dict[str, dict[str, Any]]:
    """{candidate: {dimension: {mean, low, high, n}}}."""
    import numpy as np

    columns = [
        measured.of(candidate, dimension)
        for candidate in measured.candidates
        for dimension in measured.values
    ]
    added = clustered(np.stack(columns, 1), measured.groups)
    cells = iter(mean_intervals(added, params.resamples, 1 - params.alpha, seed))
    return {
        candidate: {dimension: next(cells) for dimension in measured.values}
        for candidate in measured.candidates
    }


def differences(measured: Measured, params: DecideParams, seed: int) -> dict[str, dict[str, Any]]:
    """{challenger: {dimension: its cell}}, challenger minus champion, ticket by ticket.

    Beside mean, low, high and n a cell has

        p, p_holm              of "they are alike", two-sided
        p_not_worse, ..._holm  of "it is worse by `margin` or more"
        outcome                better | not_worse | worse | unclear

    Both kinds of claims are corrected over all challengers and dimensions.
    """
    import numpy as np

    pairs = [
        (challenger, dimension)
        for challenger in measured.candidates
        if challenger != params.champion
        for dimension in measured.values
    ]
    if not pairs:
        return {}
    by_ticket = np.stack([measured.gain(c, params.champion, d) for c, d in pairs], axis=1)
    gains = clustered(by_ticket, measured.groups)
    sign = np.array([-1.0 if dimension in LESS_IS_BETTER else 1.0 for _, dimension in pairs])
    margins = [params.margin(dimension) for _, dimension in pairs]
    bounded = [dimension in BOUNDED for _, dimension in pairs]
    gaps = gains._replace(sums=gains.sums * sign)
    cells = mean_intervals(gaps, params.resamples, 1 - params.alpha, seed)
    alike = p_values(gains, params.permutations, seed, "two-sided")
    worse = p_not_worse(gains, margins, bounded)
    found: dict[str, dict[str, Any]] = {}
    for place, (p, p_holm, p_worse, p_worse_holm) in enumerate(
        zip(alike, holm(alike), worse, holm(worse), strict=True)
    ):
        challenger, dimension = pairs[place]
        cell: dict[str, Any] = dict(cells[place])
        gain = None if cell["mean"] is None else cell["mean"] * sign[place]
        found.setdefault(challenger, {})[dimension] = cell | {
            "p": p,
            "p_holm": p_holm,
            "p_not_worse": p_worse,
            "p_not_worse_holm": p_worse_holm,
            "margin": margins[place],
            "outcome": outcome(gain, p_holm, p_worse_holm, params.alpha),
        }
    return found


def outcome(
    gain: float | None, p_holm: float | None, p_not_worse_holm: float | None, alpha: float
) -> str:
    """One word for what two tests say; a difference within the margin is `not_worse`, if sure."""
    if gain is None or p_holm is None or p_not_worse_holm is None:
        return "unclear"
    if p_holm <= alpha and gain > 0:
        return "better"
    if p_not_worse_holm <= alpha:
        return "not_worse"
    return "worse" if p_holm <= alpha else "unclear"
