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
        f"{len(card['candidates'])} candidates on the same {card['tickets']:,} tickets. Which of "
        "them should draft, reports/decision.json says.",
        "",
        *_table(card["candidates"], metrics),
        "",
        f"Intervals: {card['intervals']}.",
        "",
        *(f"- {heading(metric)}: {LABELS[metric].about}" for metric in metrics),
    ]
    quality = [metric for metric in metrics if metric in quality]
    for name, part in card["slices"].items():
        lines += ["", f"## {name.replace('_', ' ').capitalize()}: {part['n']:,} tickets", ""]
        lines += _table(part["candidates"], quality)
    return "\n".join(lines) + "\n"


def _table(rows: Mapping[str, Any], metrics: list[str]) -> list[str]:
    lines = [
        "| candidate | " + " | ".join(map(heading, metrics)) + " |",
        "|---|" + "---:|" * len(metrics),
    ]
    for name, cells in rows.items():
        values = [
            f"{figure(metric, cells[metric]['mean'])} {interval(metric, cells[metric])}".strip()
            for metric in metrics
        ]
        lines.append(f"| {name} | " + " | ".join(values) + " |")
    return lines
