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
        *trusted(card.get("trust", {})),
    ]
    quality = [metric for metric in metrics if metric in quality]
    if card["differences"]:
        lines += ["", f"## Difference to {card['baseline']}, ticket by ticket", ""]
        lines += _table(card["differences"], quality, card["winner"])
    for name, part in card["slices"].items():
        lines += ["", f"## {name.replace('_', ' ').capitalize()}: {part['n']:,} tickets", ""]
        lines += _table(part["candidates"], quality, card["winner"])
    return "\n".join(lines) + "\n"


def trusted(trust: Mapping[str, Any]) -> list[str]:
    """What is known of a metric's own worth, or why it is not shown."""
    lines = []
    for metric, found in trust.items():
        if found["shown"]:
            kinds = ", ".join(
                f"{kind} {cell['auc']:.3f}" for kind, cell in found["by_kind"].items()
            )
            lines.append(
                f"- {heading(metric)} is to be trusted so far: AUC {found['auc']:.3f} "
                f"[{found['low']:.3f}, {found['high']:.3f}] on {found['n']} replies it had not "
                f"seen, against {kinds}"
            )
        else:
            lines.append(f"- {heading(metric)} is not shown: {found['why']}")
    return lines


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
