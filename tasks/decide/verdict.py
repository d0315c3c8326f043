"""A verdict for each challenger: promote, keep the champion, or look again with more tickets."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tasks.decide.measured import BOUNDED, Measured
from tasks.decide.params import DecideParams
from tasks.decide.words import shown, size
from tasks.statistics.holm import level_left
from tasks.statistics.margin import cautious
from tasks.statistics.tickets import tickets_needed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def verdicts(
    measured: Measured,
    compared: Mapping[str, Mapping[str, Any]],
    broken: Mapping[str, Mapping[str, str]],
    params: DecideParams,
) -> dict[str, dict[str, Any]]:
    """{challenger: {verdict, more, why, broken}}.

    promote: better in the primary dimension, not worse in any other, every constraint kept. Where
    the champion breaks a constraint, not being worse in the primary dimension is enough.
    need: nothing speaks against it, and `more` tickets find what is missing, if it is there, with
    the power of params.yaml; null where no number of tickets can be named.
    keep: all else, `why` says what.
    """
    return {
        challenger: _verdict(challenger, measured, compared, broken, params)
        | {"broken": list(broken[challenger])}
        for challenger in compared
    }


def _verdict(
    challenger: str,
    measured: Measured,
    compared: Mapping[str, Mapping[str, Any]],
    broken: Mapping[str, Mapping[str, str]],
    params: DecideParams,
) -> dict[str, Any]:
    cells = compared[challenger]
    if broken[challenger]:
        return _keep("it breaks a constraint: " + "; ".join(broken[challenger].values()))
    worse = [dimension for dimension, cell in cells.items() if cell["outcome"] == "worse"]
    if worse:
        told = ", ".join(f"{name} ({shown(name, cells[name])})" for name in worse)
        return _keep(f"it is worse in {told}")
    enough = {"better", "not_worse"} if broken[params.champion] else {"better"}
    missing = [
        name
        for name, cell in cells.items()
        if cell["outcome"] not in (enough if name == params.primary else ("better", "not_worse"))
    ]
    primary = cells[params.primary]
    gain = f"{params.primary} {shown(params.primary, primary)}"
    if not missing:
        relief = "" if primary["outcome"] == "better" else ", and the champion breaks a constraint"
        return {
            "verdict": "promote",
            "more": None,
            "why": f"better in {gain}, not worse in the rest"
            if not relief
            else f"not worse in anything{relief}",
        }
    unmeasured = [name for name in missing if not cells[name]["n"]]
    if unmeasured:
        told = f"no ticket has a number of both for {', '.join(unmeasured)}"
        return {"verdict": "need", "more": None, "why": f"not enough: {told}"}
    levels = {
        "p_holm": level_left([c["p_holm"] for d in compared.values() for c in d.values()],
                             params.alpha),
        "p_not_worse_holm": level_left(
            [c["p_not_worse_holm"] for d in compared.values() for c in d.values()], params.alpha
        ),
    }  # fmt: skip
    more = {}
    for name in missing:
        gains = measured.gain(challenger, params.champion, name)
        superior = name == params.primary and "not_worse" not in enough
        more[name] = more_tickets(
            gains,
            name,
            params.effect if superior else cells[name]["margin"],
            levels["p_holm" if superior else "p_not_worse_holm"],
            params.power,
            sides=2 if superior else 1,
        )
    settled = [name for name, count in more.items() if not count]
    if settled:
        name = settled[0]
        what = (
            f"a gain of {size(name, params.effect)} in {name} would have been found"
            if name == params.primary and "not_worse" not in enough
            else f"that it is not worse in {name} by {size(name, cells[name]['margin'])} would "
            "have been found"
        )
        return _keep(
            f"with {cells[name]['n']:,} tickets {what}; it was not ({shown(name, cells[name])})"
        )
    most = max(more, key=lambda name: more[name])
    kind = "timed tickets" if most == "latency" else "tickets"
    return {
        "verdict": "need",
        "more": more[most],
        "why": f"not enough: {cells[most]['n']:,} {kind} leave open whether it is "
        + ("better" if most == params.primary else "not worse")
        + f" in {most} ({shown(most, cells[most])})",
    }


def more_tickets(
    gains: "Floats", dimension: str, effect: float, level: float, power: float, sides: int
) -> int:
    """How many tickets beyond those of `gains` find `effect`, by the spread that they show."""
    import numpy as np

    seen = gains[np.isfinite(gains)]
    spread = cautious(seen[:, None], [dimension in BOUNDED])[:, 0]
    spread = spread[np.isfinite(spread)]
    deviation = float(np.std(spread, ddof=1)) if len(spread) > 1 else 0.0
    return max(0, tickets_needed(deviation, effect, level, power, sides) - len(seen))


def _keep(why: str) -> dict[str, Any]:
    return {"verdict": "keep", "more": None, "why": why}
