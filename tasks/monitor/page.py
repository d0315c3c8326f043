"""reports/monitor.html: one page that needs nothing else, and its short form for Prefect's UI."""

from collections.abc import Mapping
from typing import Any

from tasks.monitor.plots import bets, daily
from tasks.template import template

# A figure of a day, and the series whose alarms are marked in its plot.
DAILY = (
    ("accepted", "Drafts sent as they were", "%", "acceptance"),
    ("edits", "Words changed", "%", "edits"),
    ("abstained", "Tickets without a draft", "%", "abstention"),
    ("found", "Drafts with a finding of the guard", "%", "findings"),
    ("p50_seconds", "Wait, median", "s", "seconds"),
    ("p95_seconds", "Wait of 95 in 100 drafts", "s", "seconds"),
    ("cost_usd", "Cost", "USD", ""),
)


def page(found: Mapping[str, Any]) -> str:
    """The page. `found` is monitor.json."""
    days = found["versions"].get(found["version"], {}).get("days", {})
    alarms: dict[str, list[str]] = {}
    for alarm in found["alarms"]:
        alarms.setdefault(alarm["series"], []).append(alarm["day"])
    charts = [
        (title, daily(days, name, title, unit, alarms.get(series, ())))
        for name, title, unit, series in DAILY
        # where nothing is charged there is nothing to plot
        if days and (name != "cost_usd" or any(day["cost_usd"] for day in days.values()))
    ]
    curves = {
        name: bets(one["capital"], one["bar"], name)
        for name, one in found["watched"].items()
        if one["capital"]
    }
    return template("tasks.monitor", "monitor.html.jinja").render(
        found=found, charts=charts, curves=curves, number=number, apart=apart,
        contests=_contests(found["challenger"]),
    )  # fmt: skip


def _contests(challenger: Mapping[str, Any] | None) -> dict[str, str]:
    """The plots of the challenger's series."""
    sides = (challenger or {}).get("sides", {})
    series = [one for side in sides.values() for one in side["series"].values()]
    return {
        one["name"]: bets(one["capital"], one["bar"], one["name"])
        for one in series
        if one["capital"]
    }


def markdown(found: Mapping[str, Any]) -> str:
    """The sentence, the alarms and what each series has."""
    alarms = "".join(f"- **{alarm['series']}**: {alarm['sentence']}\n" for alarm in found["alarms"])
    rows = "".join(
        f"| {name} | {one['have']:,} | {standing(one)} |\n"
        for name, one in found["watched"].items()
    )
    table = f"\n| series | values | |\n|---|---|---|\n{rows}" if rows else ""
    challenger = found["challenger"]
    beside = f"\n{challenger['sentence']}\n" if challenger else ""
    return f"**{found['sentence']}**\n\n{alarms}{table}{beside}"


def standing(one: Mapping[str, Any]) -> str:
    if one["state"] == "not_enough":
        return f"not enough: more than {one['need']} are asked for"
    return f"capital {10 ** one['capital'][-1][1]:.2g}, alarm from {10 ** one['bar']:.0f}"


def apart(one: Mapping[str, Any]) -> str:
    """A difference with its interval, as a table shows it; shares in points."""
    scale, unit = (1.0, "") if one["unit"] == "s" else (100.0, " points")
    ends = [one[name] for name in ("difference", "low", "high")]
    if ends[0] is None:
        return "\u2013"
    difference, low, high = (None if end is None else f"{scale * end or 0:+.3g}" for end in ends)
    return f"{difference}{unit}" + (f" ({low} to {high})" if low and high else "")


def number(value: float | None, unit: str = "") -> str:
    """As a table shows it: a share in per cent, a dash for what is not known."""
    if value is None:
        return "\u2013"
    return f"{100 * value:.0f} %" if unit == "%" else f"{value:.3g}{unit and ' ' + unit}"
