"""A verdict for each challenger: promote, keep the champion, or look again with more tickets."""

from collections.abc import Mapping
from typing import Any

from tasks.decide.lookout import Lookout, gain_lookout, harm_lookout
from tasks.decide.measured import Measured
from tasks.decide.params import DecideParams
from tasks.decide.words import shown, size

Cells = Mapping[str, Mapping[str, Any]]


def verdicts(
    measured: Measured,
    compared: Mapping[str, Cells],
    broken: Mapping[str, Mapping[str, str]],
    params: DecideParams,
) -> dict[str, dict[str, Any]]:
    """{challenger: {verdict, more, why, by, broken}}; `by` names the dimension or constraint.

    promote: better in the primary dimension, not worse in any other, every constraint kept. Where
    the champion breaks a constraint, not being worse in the primary dimension is enough.
    need: nothing speaks against it, and `more` tickets find what is missing, if it is there, with
    the power of params.yaml; null where no number of tickets can be named.
    keep: all else, `why` says what.
    """
    found = {}
    for challenger, cells in compared.items():
        must_gain = not broken[params.champion]
        verdict = (
            _against(cells, broken[challenger])
            or _for(cells, must_gain, params)
            or _open(challenger, measured, compared, must_gain, params)
        )
        found[challenger] = verdict | {"broken": list(broken[challenger])}
    return found


def _against(cells: Cells, broken: Mapping[str, str]) -> dict[str, Any] | None:
    """What speaks against a challenger whatever else was found."""
    if broken:
        why = "it breaks a constraint: " + "; ".join(broken.values())
        return _verdict("keep", why, next(iter(broken)))
    worse = [name for name, cell in cells.items() if cell["outcome"] == "worse"]
    if worse:
        told = ", ".join(f"{name}, {shown(name, cells[name])}" for name in worse)
        return _verdict("keep", f"it is worse in {told}", worse[0])
    return None


def _for(cells: Cells, must_gain: bool, params: DecideParams) -> dict[str, Any] | None:
    """Promote, where nothing is missing."""
    if _missing(cells, must_gain, params):
        return None
    primary = cells[params.primary]
    if primary["outcome"] == "better":
        why = f"better in {params.primary}, {shown(params.primary, primary)}, not worse in the rest"
    else:
        why = "not worse in anything, and the champion breaks a constraint"
    return _verdict("promote", why, params.primary)


def _open(
    challenger: str,
    measured: Measured,
    compared: Mapping[str, Cells],
    must_gain: bool,
    params: DecideParams,
) -> dict[str, Any]:
    """Keep where the tickets would have shown what is missing; else need, and how many more."""
    cells = compared[challenger]
    missing = _missing(cells, must_gain, params)
    unmeasured = [name for name in missing if not cells[name]["n"]]
    if unmeasured:
        named = ", ".join(unmeasured)
        why = f"not enough: no ticket tells it from the champion in {named}"
        return _verdict("need", why, unmeasured[0])
    looks: dict[str, Lookout] = {}
    for name in missing:
        gains = measured.gain(challenger, params.champion, name)
        margin = cells[name]["margin"]
        if name == params.primary and must_gain:
            looks[name] = gain_lookout(gains, measured.groups, compared, params)
        else:
            looks[name] = harm_lookout(gains, measured.groups, name, margin, compared, params)
    for name, look in looks.items():
        if look.enough:
            what = (
                f"a gain of {size(name, params.effect)} in {name} would have shown"
                if name == params.primary and must_gain
                else f"that {name} is not worse by {size(name, cells[name]['margin'])} would have "
                "shown"
            )
            told = shown(name, cells[name])
            why = f"on {_tickets(name, cells)} {what}, and did not: {told}"
            return _verdict("keep", why, name)
    most = max(looks, key=lambda name: looks[name].more)
    what = "better" if most == params.primary and must_gain else "not worse"
    told = shown(most, cells[most])
    why = f"not enough: {_tickets(most, cells)} leave open whether it is {what} in {most}, {told}"
    return _verdict("need", why, most, looks[most].more)


def _missing(cells: Cells, must_gain: bool, params: DecideParams) -> list[str]:
    """The dimensions in which a challenger has not shown what it must."""
    held = ("better", "not_worse")
    return [
        name
        for name, cell in cells.items()
        if cell["outcome"] not in (held[:1] if name == params.primary and must_gain else held)
    ]


def _tickets(dimension: str, cells: Cells) -> str:
    n = cells[dimension]["n"]
    return f"{n:,} {'timed ' if dimension == 'latency' else ''}ticket{'s' if n != 1 else ''}"


def _verdict(verdict: str, why: str, by: str, more: int | None = None) -> dict[str, Any]:
    return {"verdict": verdict, "more": more, "why": why, "by": by}
