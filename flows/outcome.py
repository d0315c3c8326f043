"""What `make run` ends with: the scorecard, the version's name, what to type next."""

from pathlib import Path

from tasks.outcome import scorecard_table
from tasks.paths import Paths

NEXT = """
  make up                  Prefect's and MLflow's pages; the version is under Models
  make use PRESET=NAME     your own data: see README, "Your own tickets"

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
        padding=(0, 1, 0, 0),
    )
    shown.add_column("", no_wrap=True)
    for row in table.rows:
        winner = row[0] == table.winner
        shown.add_column(row[0], justify="right", style="bold green" if winner else "")
    # a metric a line: five candidates side by side fit into eighty columns, ten metrics do not
    for number, metric in enumerate(table.headings[1:], start=1):
        cells = [row[number].replace(" [", "\n[", 1).replace(", ", " ") for row in table.rows]
        shown.add_row(metric, *(escape(cell) for cell in cells))
    console = Console(highlight=False)
    console.print()
    console.print(shown)
    console.print(f"\nBest: [bold]{table.winner}[/]. Registered: [bold]{version}[/] (challenger)")
    console.print(f"\nWhat to type next:{NEXT}", markup=False)
