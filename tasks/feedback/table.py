"""What `make feedback` prints: some lines, a table of versions and one of agents."""

from collections.abc import Mapping
from typing import Any


def show(found: Mapping[str, Any]) -> None:
    """Print what `tasks.feedback.run.run` gave."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    for line in lines(found):
        console.print(line, markup=False)
    versions = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    versions.add_column("version")
    for heading in ("answers", "accepted", "corrected", "agents"):
        versions.add_column(heading, justify="right", no_wrap=True)
    for version, told in found["versions"].items():
        versions.add_row(
            version, str(told["raw"]["n"]), cell(told["raw"]), cell(told["corrected"]),
            str(told["agents"]),
        )  # fmt: skip
    agents = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    agents.add_column("agent", overflow="fold")
    for heading in ("answers", "accepted", "unread", "would accept of all"):
        agents.add_column(heading, justify="right", no_wrap=True)
    for agent, theirs in found["agents"].items():
        figures = (str(theirs[name]) for name in ("n", "accepted", "unread"))
        agents.add_row(agent, *figures, f"{theirs['accepts']:.0%}")
    for table in (versions, agents):
        if table.row_count:
            console.print()
            console.print(table)


def lines(found: Mapping[str, Any]) -> list[str]:
    """What is not by version or agent."""
    drafts = f"{found['drafts']} drafts: {found['open']} open, {found['resolved']} answered"
    if found["held_back"]:
        drafts += f", {found['held_back']} of them held back"
    parts = {"accepted": found["accepted"], "edited or discarded for another": found["edits"]}
    said = [f"{name} ({words(part)})" for name, part in parts.items() if part]
    return [
        drafts,
        f"{words(found['actions'])}; {'; '.join(said)}" if said else words(found["actions"]),
        f"{found['rows']} rows ({words(found['rows_by_action'])})",
        f"{found['resolved'] - found['rows']} left out ({words(found['left_out'])})",
        f"{found['snapshot']}: {'written' if found['written'] else 'nothing new'}"
        + ("" if found["tracked"] else "; no DVC here, so that nothing tracks it"),
    ]


def words(counts: Mapping[str, int]) -> str:
    """`3 accepted, 1 edited`."""
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"


def cell(told: Mapping[str, Any]) -> str:
    """`64 % (58-70)`; a dash where nothing is known."""
    if told["mean"] is None:
        return "-"
    return f"{told['mean']:.0%} ({told['low']:.0%} to {told['high']:.0%})"
