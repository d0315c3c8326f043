"""reports/monitor.json: what was found, and one sentence that says it.

    {"version": "4", "state": "alarm", "sentence": "…", "until": "2026-03-31",
     "watched": {series: {"state": "watched" | "not_enough", "have": 212, "need": 100,
                          "capital": [[day, log10]], "bar": log10}},
     "alarms": [{"id": "4/acceptance/1", "series": …, "day": …, "since": …, "before": 0.2,
                 "after": 0.41, "sentence": "…", "starts_training": true}],
     "versions": see figures.py, "training": …, "drift": …, "policies": …, "missing": …,
     "challenger": see challenger.py}

`state` is no_champion, not_enough, quiet or alarm; quiet and alarm mean that something is watched.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from math import log
from typing import Any

from tasks.monitor.params import Params
from tasks.monitor.series import SERIES
from tasks.monitor.watch import Alarm, Watched, bar
from tasks.versions import Version

# How an alarm reads: what is now so, and in which unit.
CHANGED = {
    "acceptance": ("agents send fewer drafts as they are", "not accepted", 100),
    "edits": ("agents change more of the drafts", "words changed", 100),
    "abstention": ("more tickets get no draft", "without a draft", 100),
    "findings": ("the guard finds more drafts that break a rule", "with a finding", 100),
    "seconds": ("drafts take longer", "s, median", 1),
    "topics": ("tickets are of other topics than in training", "of another topic", 100),
    "length": ("tickets are of another length than in training", "words", 1),
    "meaning": ("tickets are of another kind than in training", "cosine distance", 1),
}


def conclude(
    params: Params,
    until: date,
    version: Version | None,
    watched: Sequence[Watched],
    versions: Mapping[str, Any],
    shown: Mapping[str, Any],
) -> dict[str, Any]:
    """The whole of monitor.json; `shown` are its keys that no test hangs on."""
    number = version.number if version else ""
    alarms = [
        _alarm(number, one.name, place, alarm, one.name in params.monitor.alarms)
        for one in watched
        for place, alarm in enumerate(one.alarms, start=1)
    ]
    alarms.sort(key=lambda alarm: (alarm["day"], alarm["id"]))
    state, sentence = _sentence(params.registry.model, version, watched, alarms)
    return {
        "version": number or None,
        "candidate": version.candidate if version else None,
        "model": params.registry.model,
        "until": until.isoformat(),
        "state": state,
        "sentence": sentence,
        "alpha": params.monitor.alpha,
        "watched": {one.name: _watched(one, params) for one in watched},
        "alarms": alarms,
        "versions": dict(versions),
        **dict.fromkeys(("training", "drift", "policies", "missing", "challenger")),
        **shown,
    }


def _watched(one: Watched, params: Params) -> dict[str, Any]:
    return {
        "what": SERIES[one.name][1],
        "state": "watched" if one.logs else "not_enough",
        "have": one.have,
        "need": one.need,
        "capital": [[day.isoformat(), round(owned / log(10), 4)] for day, owned in one.logs],
        "bar": round(bar(params.monitor.alpha, len(SERIES)) / log(10), 4),
    }


def _alarm(number: str, name: str, place: int, alarm: Alarm, starts: bool) -> dict[str, Any]:
    what, unit, scale = CHANGED[name]
    percent = " %" if scale == 100 else ""
    digits = 0 if scale == 100 or name == "length" else 2
    before, after = (
        f"{level * scale:.{digits}f}{percent}" for level in (alarm.before, alarm.after)
    )
    sentence = (
        f"{what}: {before} {unit} before, {after} since about {alarm.since.isoformat()}, "
        f"noticed on {alarm.day.isoformat()}"
    )
    return {
        # not the day: an outcome that comes late may move it, and the change is the same
        "id": f"{number}/{name}/{place}",
        "version": number,
        "series": name,
        "day": alarm.day.isoformat(),
        "since": alarm.since.isoformat(),
        "before": alarm.before,
        "after": alarm.after,
        "values": alarm.values,
        "sentence": sentence,
        "starts_training": starts,
    }


def _sentence(
    model: str,
    version: Version | None,
    watched: Sequence[Watched],
    alarms: Sequence[Mapping[str, Any]],
) -> tuple[str, str]:
    if version is None:
        return "no_champion", (
            f"No version of {model} is the champion, so there is nothing to watch: `make release`"
        )
    name = f"Version {version.number}"
    if not watched:
        return "not_enough", f"{name} has drafted nothing yet, up to the last whole day."
    if alarms:
        many = f" ({len(alarms)} changes in all)" if len(alarms) > 1 else ""
        return "alarm", f"{name}: {alarms[-1]['sentence']}{many}."
    short = [one for one in watched if not one.logs]
    if len(short) == len(watched):
        lacks = ", ".join(f"{one.name} {one.have} of {one.need}" for one in short)
        return "not_enough", f"{name}: not enough yet to say anything ({lacks})."
    waits = f"; not enough yet for {', '.join(one.name for one in short)}" if short else ""
    return "quiet", f"{name}: nothing has changed that days like these would not bring{waits}."
