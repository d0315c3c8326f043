"""What `make run` ends with: the decision, the version's name, what to type next."""

from pathlib import Path

from tasks.outcome import decision_table
from tasks.paths import Paths

NEXT = """
  make up                Prefect's and MLflow's pages, and the desk
  make use PRESET=NAME   your own data: see README, "Your own tickets"

reports/decision.html shows what the decision rests on, what it costs, and tickets side by side;
reports/scorecard.html shows every metric.
"""


def show_outcome(root: Path, version: str) -> None:
    """Print the last run's outcome to standard output. Raises BadInput without a decision."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = decision_table(Paths(root).report("decision.json"))
    shown = Table(
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 0, 0, 1),
    )
    # a hosted candidate may have a long name, which takes a second line rather than the columns
    shown.add_column("", overflow="fold", max_width=14)
    for heading in table.headings[1:]:
        shown.add_column(heading, justify="right", no_wrap=True)
    for row in table.rows:
        style = "bold green" if row[0] == table.recommended else ""
        shown.add_row(*map(escape, row), style=style)
    console = Console(highlight=False)
    console.print(f"\n{table.tickets:,} tickets of the holdout, means with their intervals below\n")
    console.print(shown)
    console.print(f"\n{escape(table.sentence)}")
    console.print(f"Registered: [bold]{table.recommended}[/] as [bold]{version}[/] (challenger)")
    console.print(f"\nWhat to type next:{NEXT}", markup=False)
