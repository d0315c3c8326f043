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
        *trusted(card.get("trust", {})),
    ]
    quality = [metric for metric in metrics if metric in quality]
    if any(card["violations"].values()):
        lines += ["", "## Rules broken", ""]
        lines += [
            f"- {name}: " + (", ".join(f"{rule} {n:,}" for rule, n in broken.items()) or "none")
            for name, broken in card["violations"].items()
        ]
    for name, part in card["slices"].items():
        lines += ["", f"## {name.replace('_', ' ').capitalize()}: {part['n']:,} tickets", ""]
        lines += _table(part["candidates"], quality)
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
