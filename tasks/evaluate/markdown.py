"""reports/scorecard.md: the scorecard as a table that a terminal or a merge request can show."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.labels import LABELS, figure, heading, interval, shown_metrics


def markdown(card: Mapping[str, Any], quality: Sequence[str]) -> str:
    """The table of all candidates, then the slices."""
    metrics = shown_metrics(card["candidates"])
    lines = [
        "# Scorecard",
        "",
        f"**{card['winner']}** is best of {len(card['candidates'])} candidates on "
        f"{card['tickets']:,} tickets, by {', then '.join(map(heading, card['selected_by']))}.",
        "",
        *_table(card["candidates"], metrics, card["winner"]),
        "",
        f"Intervals: {card['intervals']}.",
        "",
        *(f"- {heading(metric)}: {LABELS[metric].about}" for metric in metrics),
    ]
    quality = [metric for metric in metrics if metric in quality]
    if card["differences"]:
        lines += ["", f"## Difference to {card['baseline']}, ticket by ticket", ""]
        lines += _table(card["differences"], quality, card["winner"])
    if any(card["violations"].values()):
        lines += ["", "## Rules broken", ""]
        lines += [
            f"- {name}: " + (", ".join(f"{rule} {n:,}" for rule, n in broken.items()) or "none")
            for name, broken in card["violations"].items()
        ]
    for name, part in card["slices"].items():
        lines += ["", f"## {name.replace('_', ' ').capitalize()}: {part['n']:,} tickets", ""]
        lines += _table(part["candidates"], quality, card["winner"])
    return "\n".join(lines) + "\n"


def _table(rows: Mapping[str, Any], metrics: list[str], winner: str) -> list[str]:
    lines = [
        "| candidate | " + " | ".join(map(heading, metrics)) + " |",
        "|---|" + "---:|" * len(metrics),
    ]
    for name, cells in rows.items():
        shown = f"**{name}**" if name == winner else name
        values = [
            f"{figure(metric, cells[metric]['mean'])} {interval(metric, cells[metric])}".strip()
            for metric in metrics
        ]
        lines.append(f"| {shown} | " + " | ".join(values) + " |")
    return lines
