"""reports/monitor.json, `challenger`: what came of each series beside the champion, and a sentence.

    {"version": "5", "champion": "4", "state": "better", "sentence": "…",
     "sides": {"split": {"since": "2026-03-02", "champion": {"tickets": 812}, "fell": 3,
                         "challenger": {"tickets": 90}, "series": {"acceptance": {
                             "what": …, "unit": "%", "values": 71, "champion": 0.6,
                             "challenger": 0.72, "difference": -0.12, "low": …, "high": …,
                             "capital": [[day, log10]], "bar": log10,
                             "noticed": day | null, "better": true | false | null}}}}}

`state` is not_enough, quiet, better, worse or mixed. Nothing hangs on it: a person promotes.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from math import log
from typing import TYPE_CHECKING, Any

from tasks.monitor.against import Contest, Found, contest
from tasks.monitor.beside import CONTESTS, MANY, Mode, Sides, contests, shadow, split
from tasks.monitor.params import Params
from tasks.monitor.watch import Rules, bar
from tasks.versions import Version

if TYPE_CHECKING:
    import polars as pl

# How a series reads that the challenger has won, one that it has lost, and what is counted.
SAID = {
    "split acceptance": (
        "agents send more of its drafts as they are",
        "agents send fewer of its drafts as they are", "not accepted",
    ),
    "split edits": (
        "agents change less of its drafts", "agents change more of its drafts", "words changed",
    ),
    "split abstention": (
        "it leaves fewer tickets without a draft", "it leaves more tickets without a draft",
        "without a draft",
    ),
    "split findings": (
        "fewer of its drafts break a rule", "more of its drafts break a rule", "with a finding",
    ),
    "split seconds": ("its drafts come sooner", "its drafts take longer", "a day's median"),
    "shadow abstention": (
        "it would leave fewer tickets without a draft",
        "it would leave more tickets without a draft", "without a draft",
    ),
    "shadow findings": (
        "fewer of its unseen drafts break a rule", "more of its unseen drafts break a rule",
        "with a finding",
    ),
    # the other way is never concluded
    "shadow edits": ("its unseen drafts are closer to what was sent", "", "words apart"),
}  # fmt: skip


def compare(
    history: "pl.DataFrame", champion: Version, challenger: Version, until: date, params: Params
) -> dict[str, Any] | None:
    """None where the challenger has drafted beside this champion neither way."""
    monitored = params.monitor
    rules = Rules(
        bar(monitored.alpha, MANY), monitored.effect, monitored.least, monitored.draws, params.seed
    )
    numbers = (champion.number, challenger.number)
    drafted: dict[Mode, Sides] = {
        "split": split(history, *numbers),
        "shadow": shadow(history, *numbers),
    }
    sides = {
        mode: _side(mode, one, until, rules)
        for mode, one in drafted.items()
        if one.drafts["challengers"].any()
    }
    if not sides:
        return None
    series = [one for side in sides.values() for one in side["series"].values()]
    noticed = {one["better"] for one in series} - {None}
    quiet = "quiet" if any(one["capital"] for one in series) else "not_enough"
    state = {True: "better", False: "worse"}[noticed.pop()] if len(noticed) == 1 else (
        "mixed" if noticed else quiet
    )  # fmt: skip
    return {
        "version": challenger.number,
        "candidate": challenger.candidate,
        "champion": champion.number,
        "state": state,
        "sentence": _sentence(numbers, state, series),
        "sides": sides,
    }


def _side(mode: Mode, sides: Sides, until: date, rules: Rules) -> dict[str, Any]:
    drafts = sides.drafts
    own, other = (drafts.filter(drafts["challengers"] == which) for which in (True, False))
    return {
        "since": str(drafts["day"].min()),
        "champion": {"tickets": other.height},
        "challenger": {"tickets": own.height},
        "fell": sides.fell,
        "seconds": [one["seconds"].median() for one in (other, own)],
        "series": {
            name: _series(one, contest(one, rules), mode, name, rules)
            for name, one in zip(CONTESTS[mode], contests(mode, drafts, until), strict=True)
        },
    }


def _series(one: Contest, found: Found, mode: Mode, name: str, rules: Rules) -> dict[str, Any]:
    champion, mine = one.levels
    return {
        "name": one.name,
        "what": CONTESTS[mode][name][1],
        "unit": "s" if name == "seconds" else "%",
        "values": found.values,
        "champion": champion,
        "challenger": mine,
        "difference": found.difference,
        "low": found.low,
        "high": found.high,
        "capital": [[day.isoformat(), round(owned / log(10), 4)] for day, owned in found.logs],
        "bar": round(rules.bar / log(10), 4),
        "noticed": found.noticed.isoformat() if found.noticed else None,
        "better": found.better,
        "one_way": one.one_way,
    }


def _sentence(numbers: tuple[str, str], state: str, series: Sequence[Mapping[str, Any]]) -> str:
    names = f"Version {numbers[1]} beside version {numbers[0]}"
    if state == "not_enough":
        return f"{names}: not enough yet to compare."
    said = [_said(one) for one in series if one["better"] is not None]
    if said:
        return f"{names}: {'; '.join(said)}."
    return f"{names}: no difference so far that days like these would not bring."


def _said(one: Mapping[str, Any]) -> str:
    won, lost, counted = SAID[one["name"]]
    if one["unit"] == "s":
        levels = f"{one['difference']:+.2f} s"
    else:
        levels = f"{100 * one['challenger']:.0f} % against {100 * one['champion']:.0f} %"
    return f"{won if one['better'] else lost} ({levels} {counted}), noticed on {one['noticed']}"
