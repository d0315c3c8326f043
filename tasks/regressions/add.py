"""Pin a ticket: one more entry of data/regressions.yaml, whose comments stay."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from drafter.errors import BadInput
from drafter.tables import read_table, write_text
from tasks.paths import SPLITS, Paths
from tasks.regressions.contract import Regression, read_regressions


def find_ticket(paths: Paths, ticket_id: str) -> dict[str, Any]:
    """A curated ticket, newest split first. Raises BadInput where no split has it."""
    import polars as pl

    from drafter.records import CURATED

    for split in reversed(SPLITS):
        found = read_table(paths.curated(split), CURATED).filter(pl.col("ticket_id") == ticket_id)
        if found.height:
            return found.row(0, named=True)
    raise BadInput(
        f"no curated ticket is called {ticket_id!r}: the names stand in data/scores.parquet and "
        "reports/decision.html; data/dropped.parquet says which tickets were left out, and why"
    )


def regression_of(
    ticket: Mapping[str, Any],
    why: str,
    must_say: Sequence[str],
    must_not_say: Sequence[str],
    must_cite: Sequence[str],
) -> Regression:
    """The contract for a CURATED row, named by its ticket_id. Raises BadInput for an empty one."""
    if not (must_say or must_not_say or must_cite):
        raise BadInput(
            f"nothing is asked of {ticket['ticket_id']}: give --must-say, --must-not-say or "
            "--must-cite at least once"
        )
    messages = [{"role": turn["role"], "text": turn["text"]} for turn in ticket["messages"]]
    return Regression.from_values(
        {
            "name": ticket["ticket_id"],
            "why": why,
            "ticket": {
                "subject": ticket["subject"],
                "messages": messages,
                "at": ticket["created_at"].isoformat(),
            },
            "must_say": list(must_say),
            "must_not_say": list(must_not_say),
            "must_cite": list(must_cite),
        }
    )


def append(path: Path, regression: Regression) -> None:
    """Write the entry after the others. Raises BadInput where its name is taken."""
    from ruamel.yaml import YAML

    if regression.name in [other.name for other in read_regressions(path)]:
        raise BadInput(f"{path} pins {regression.name!r} already: change it there")
    yaml = YAML()
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    whole = yaml.load(path) if path.is_file() else {"regressions": []}
    if not whole["regressions"]:
        whole["regressions"] = []  # an empty list is written in one line, and so would its entries
    whole["regressions"].append(regression.model_dump())
    text = io.StringIO()
    yaml.dump(whole, text)
    write_text(path, text.getvalue())
