"""The one candidate that should draft, and what decided it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tasks.decide.measured import LESS_IS_BETTER, Measured
from tasks.decide.params import DecideParams
from tasks.decide.words import level, shown
from tasks.statistics.clusters import clustered
from tasks.statistics.holm import holm
from tasks.statistics.permutation import p_values


class Recommendation(NamedTuple):
    """`decided_by` is a constraint or a dimension; None where nothing told candidates apart."""

    recommended: str
    decided_by: str | None
    sentence: str


def recommend(
    measured: Measured,
    cells: Mapping[str, Mapping[str, Any]],
    compared: Mapping[str, Mapping[str, Any]],
    verdicts: Mapping[str, Mapping[str, Any]],
    broken: Mapping[str, Mapping[str, str]],
    params: DecideParams,
    seed: int,
) -> Recommendation:
    """The best of the challengers to promote; the champion where there is none."""
    ready = [name for name, found in verdicts.items() if found["verdict"] == "promote"]
    if not ready:
        return _stay(compared, verdicts, broken, params)
    best, told_by, even = choose(measured, ready, params, seed)
    primary = params.primary
    against = (
        f"{level(primary, cells[best][primary]['mean'])} {primary} against "
        f"{level(primary, cells[params.champion][primary]['mean'])} of {params.champion}, "
        f"{shown(primary, compared[best][primary])}"
    )
    # the best by the numbers alone may be out of the running
    top = max(
        (name for name in cells if cells[name][primary]["mean"] is not None),
        key=lambda name: cells[name][primary]["mean"],
    )
    if top not in (best, params.champion) and broken[top]:
        constraint = next(iter(broken[top]))
        reason = f"{top} would be ahead, but {broken[top][constraint]}"
        return Recommendation(best, constraint, f"Promote {best}: {against}; {reason}.")
    rivals = [name for name in ready if name != best]
    if not rivals:
        if compared[best][primary]["outcome"] != "better":
            constraint = next(iter(broken[params.champion]))
            reason = f"not worse in anything, and {params.champion} is out: "
            reason += broken[params.champion][constraint]
            return Recommendation(best, constraint, f"Promote {best}: {against}; {reason}.")
        return Recommendation(
            best, primary, f"Promote {best}: {against}; no other challenger is to be promoted."
        )
    reason = (
        f"level with {_listed(even)} in everything that was measured"
        if even
        else f"ahead of {_listed(rivals)}, told apart by {told_by}"
    )
    return Recommendation(best, told_by, f"Promote {best}: {against}; {reason}.")


def choose(
    measured: Measured, names: Sequence[str], params: DecideParams, seed: int
) -> tuple[str, str | None, list[str]]:
    """The best of `names`, the dimension that told it from the last other, and who is level.

    Primary first, then the others in the order of params.yaml: whoever is clearly worse than the
    best mean drops out; in the others it must be worse by more than the margin, since what nobody
    minds decides nothing. Those still level at the end are told apart by the primary mean alone,
    which is no finding, so that no dimension is named.
    """
    import numpy as np

    left = list(names)
    told_by = None
    order = [params.primary, *(name for name in measured.values if name != params.primary)]

    def merit(name: str, dimension: str) -> float:
        known = measured.of(name, dimension)
        known = known[np.isfinite(known)]
        mean = float(known.mean()) if len(known) else float("-inf")
        return -mean if dimension in LESS_IS_BETTER and len(known) else mean

    for dimension in order:
        best = max(left, key=lambda name: merit(name, dimension))
        rivals = [name for name in left if name != best]
        if not rivals:
            break
        gaps = np.stack([measured.gain(best, rival, dimension) for rival in rivals], axis=1)
        added = clustered(gaps, measured.groups)
        tests = holm(p_values(added, params.permutations, seed, "greater"))
        minded = 0.0 if dimension == params.primary else params.margin(dimension)
        behind = {
            rival
            for rival, p, gap in zip(rivals, tests, gaps.T, strict=True)
            if p is not None and p <= params.alpha and float(np.nanmean(gap)) > minded
        }
        if behind:
            left, told_by = [name for name in left if name not in behind], dimension
    best = max(left, key=lambda name: merit(name, params.primary))
    even = [name for name in left if name != best]
    return best, None if even else told_by, even


def _stay(
    compared: Mapping[str, Mapping[str, Any]],
    verdicts: Mapping[str, Mapping[str, Any]],
    broken: Mapping[str, Mapping[str, str]],
    params: DecideParams,
) -> Recommendation:
    """The champion stays: say what keeps the challenger that comes closest from its place."""
    champion, primary = params.champion, params.primary
    if not compared:
        return Recommendation(champion, None, f"Keep {champion}: nobody challenges it.")
    own = "".join(
        f", which itself breaks a constraint ({why})" for why in broken[champion].values()
    )

    def merit(name: str) -> tuple[bool, float]:
        mean = compared[name][primary]["mean"]
        return verdicts[name]["verdict"] == "need", float("-inf") if mean is None else mean

    closest = max(compared, key=merit)
    found = verdicts[closest]
    more = f"; {found['more']:,} more would tell" if found["more"] else ""
    return Recommendation(
        champion, found["by"], f"Keep {champion}{own}: closest is {closest}, {found['why']}{more}."
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
