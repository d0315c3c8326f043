"""What `make run` ends with: the scorecard, the version's name, what to type next."""

import re
from pathlib import Path

from tasks.outcome import scorecard_table
from tasks.paths import Paths

NEXT = """
  make up                Prefect's and MLflow's pages
  make use PRESET=NAME   your own data: see README, "Your own tickets"

reports/scorecard.html shows the same with plots, and drafts side by side.
"""


def show_outcome(root: Path, version: str) -> None:
    """Print the last run's outcome to standard output. Raises BadInput without a scorecard."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = scorecard_table(Paths(root).report("scorecard.json"))
    shown = Table(
        title=f"{table.tickets:,} tickets of the holdout, means with their 95 % intervals below",
        title_justify="left",
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 0, 0, 1),
    )
    shown.add_column("", no_wrap=True)
    for row in table.rows:
        winner = row[0] == table.winner
        style = "bold green" if winner else ""
        shown.add_column(row[0], justify="right", style=style, no_wrap=True)
    # a metric a line: five candidates side by side fit into eighty columns, ten metrics do not
    for number, metric in enumerate(table.headings[1:], start=1):
        cells = [narrow(row[number]) for row in table.rows]
        shown.add_row(metric, *(escape(cell) for cell in cells))
    console = Console(highlight=False)
    console.print()
    console.print(shown)
    console.print(f"\nBest: [bold]{table.winner}[/]. Registered: [bold]{version}[/] (challenger)")
    console.print(f"\nWhat to type next:{NEXT}", markup=False)


def narrow(cell: str) -> str:
    """`0.687 [0.672, 0.701]` as `.687` above `[.672 .701]`; 100.0 as 100."""
    short = re.sub(r"\b0(?=\.\d{3})|(?<=\b100)\.0\b", "", cell)
    return short.replace(" [", "\n[", 1).replace(", ", " ")
