"""reports/decision.md: the decision for a terminal, a merge request and Prefect's page."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.decide.labels import idle, interval, mean, unit, usd
from tasks.decide.said import decided_by, rivals, together, verdict, without_hosted
from tasks.missing import Gap


def markdown(decision: Mapping[str, Any], gaps: Sequence[Gap]) -> str:
    """The sentence, the table, verdicts, costs, FT x RAG, and what no policy holds."""
    lines = [
        f"# Decision: {decision['recommended']}",
        "",
        f"**{decision['sentence']}**",
        "",
        f"Decided by {decided_by(decision['decided_by'])}, on {decision['tickets']:,} tickets. "
        f"Champion: {decision['champion']}.",
        "",
        *_candidates(decision),
    ]
    if decision["verdicts"]:
        lines += ["", "## Verdicts", ""]
        lines += [
            f"- **{name}**: {verdict(found, name == decision['recommended'])}; {found['why']}"
            for name, found in decision["verdicts"].items()
        ]
    lines += ["", "## Cost of an accepted draft, in USD", "", *_costs(decision), ""]
    lines += [f"- {line}" for line in rivals(decision) or [without_hosted(decision)] if line]
    said = together(decision["interaction"], decision["alpha"])
    if said:
        lines += ["", "## Fine-tuning and retrieval together", "", *(f"- {one}" for one in said)]
    lines += ["", "## Facts that agents state and no policy holds", ""]
    lines += [
        f"- {_tickets(len(gap.tickets))}: {gap.said}, as in \u201c{gap.sentence}\u201d"
        for gap in gaps
    ] or ["None found."]
    return "\n".join(lines) + "\n"


def _tickets(count: int) -> str:
    return f"{count:,} ticket" if count == 1 else f"{count:,} tickets"


def _candidates(decision: Mapping[str, Any]) -> list[str]:
    shown = [name for name in decision["dimensions"] if name not in idle(decision)]
    names = [f"{d} ({unit(d)})" if unit(d) != "%" else d for d in shown]
    lines = ["| candidate | " + " | ".join(names) + " |", "|---|" + "---:|" * len(shown)]
    for name, cells in decision["candidates"].items():
        values = []
        for dimension in shown:
            ends = interval(dimension, cells[dimension])
            values.append(mean(dimension, cells[dimension]) + (f" [{ends}]" if ends else ""))
        bold = f"**{name}**" if name == decision["recommended"] else name
        lines.append(f"| {bold} | " + " | ".join(values) + " |")
    return lines


def _costs(decision: Mapping[str, Any]) -> list[str]:
    lines = [
        "| candidate | on | accepted | 1,000 drafts | agent | a ticket | an accepted draft |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for name, cost in decision["costs"].items():
        lines.append(
            f"| {name} | {cost['where']} | {cost['accepted_share']:.1%} "
            f"| {usd(1000 * cost['drafting'])} | {usd(cost['agents'])} | {usd(cost['per_ticket'])} "
            f"| {usd(cost['per_accepted'])} |"
        )
    hand = usd(decision["by_hand"]["per_ticket"])
    return [*lines, f"| no draft at all | | | | {hand} | {hand} | |"]
