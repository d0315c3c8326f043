"""What `make run` ends with: the scorecard, the version's name, what to type next."""

from pathlib import Path

from tasks.outcome import scorecard_table
from tasks.paths import Paths

NEXT = """
  make up       Prefect's and MLflow's pages; the version is in MLflow under Models
  make use PRESET=...    your own data: see README, "Your own tickets"
  open reports/scorecard.html    the same with plots and drafts side by side
"""


def show_outcome(root: Path, version: str) -> None:
    """Print the last run's outcome to standard output. Raises BadInput without a scorecard."""
    from rich.console import Console
    from rich.table import Table

    table = scorecard_table(Paths(root).report("scorecard.json"))
    shown = Table(title=f"{table.tickets:,} tickets of the holdout", title_justify="left")
    shown.add_column(table.headings[0], no_wrap=True)
    for heading in table.headings[1:]:
        shown.add_column(heading, justify="right")
    for row in table.rows:
        # the interval below the figure: a row side by side is wider than most terminals
        cells = [cell.replace(" [", "\n[", 1) for cell in row[1:]]
        shown.add_row(row[0], *cells, style="bold green" if row[0] == table.winner else "")
    console = Console(highlight=False)
    console.print()
    console.print(shown)
    console.print(f"\nBest: [bold]{table.winner}[/]. Registered: [bold]{version}[/] (challenger)")
    console.print(f"\nWhat to type next:{NEXT}", markup=False)
