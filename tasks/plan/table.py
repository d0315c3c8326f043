"""The plan as a table of eighty columns, with its total."""

from collections.abc import Sequence
from typing import Any

from tasks.plan.forecast import Forecast

NOTHING = "\N{EN DASH}"


def show(rows: Sequence[Forecast]) -> None:
    """Print the plan to standard output."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    # words may wrap, figures may not
    table.add_column("stage", overflow="fold")
    table.add_column("DVC would", overflow="fold")
    for heading, width in (("minutes", 7), ("tokens", 11), ("dollars", 7), ("disk", 6)):
        table.add_column(heading, justify="right", no_wrap=True, min_width=width)
    for row in rows:
        style = "dim" if row.why is None else ""
        table.add_row(row.stage, deed(row), *cells(row), style=style)
    table.add_section()
    run = [row for row in rows if row.why is not None]
    summed = total(run)
    table.add_row("total", f"run {len(run)} of {len(rows)}", *cells(summed), style="bold")
    console = Console(highlight=False)
    console.print(table)
    for row in rows:
        if row.note:
            console.print(row.note, markup=False)
    if unknown := [row.stage for row in run if row.seconds is None]:
        console.print(f"no time known of {', '.join(unknown)}", markup=False)


def deed(row: Forecast) -> str:
    """What DVC would do with a stage, and why."""
    if row.why is None:
        return "skip"
    return f"run {row.why}" if row.why.startswith("after ") else f"run: {row.why}"


def cells(row: Forecast) -> list[str]:
    """Minutes, tokens, dollars and disk as they are read; an en dash where nothing is known."""
    if row.why is None:
        return [""] * 4
    return [
        NOTHING if row.seconds is None else f"{row.seconds / 60:.1f}",
        NOTHING if row.tokens is None else f"{row.tokens:,}",
        "" if row.usd is None else f"{row.usd:.2f}",
        NOTHING if row.bytes is None else size(row.bytes),
    ]


def total(rows: Sequence[Forecast]) -> Forecast:
    """The sum of what is known; stages run side by side, so a run takes fewer minutes."""
    return Forecast(
        "total",
        "",
        _sum([row.seconds for row in rows]),
        _sum([row.tokens for row in rows]),
        _sum([row.usd for row in rows]),
        _sum([row.bytes for row in rows]),
    )


def _sum(values: Sequence[Any]) -> Any:
    known = [value for value in values if value is not None]
    return sum(known) if known or not values else None


def size(count: int) -> str:
    """Bytes as a person reads them: 3.4 MB."""
    if count < 1000:
        return f"{count} B"
    value = float(count)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5 or unit == "TB":
            break
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"
