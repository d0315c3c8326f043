"""Write the sample company's files."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from drafter.tables import write_text
from tasks.sample.feedback import FEEDBACK_COLUMNS, feedback
from tasks.sample.policies import markdown, versions
from tasks.sample.stream import stream
from tasks.sample.tickets import COLUMNS, tickets

SEED = 20260301


def sample_files(seed: int = SEED) -> dict[str, str]:
    """Every generated file's text by its path below data/sample."""
    found = versions(seed)
    files = {
        "tickets.csv": _csv(COLUMNS, tickets(found, seed)),
        "feedback.csv": _csv(FEEDBACK_COLUMNS, feedback(found, seed)),
    }
    for version in found:
        name = f"{version.topic.doc_id}.{version.effective_from}.md"
        files[f"policies/{name}"] = markdown(version)
    return files


def write_sample(folder: Path) -> None:
    """Rewrite the tables and policies/ in `folder`; a policy file of no version is removed."""
    files = sample_files()
    for stray in (folder / "policies").glob("*.md"):
        if f"policies/{stray.name}" not in files:
            stray.unlink()
    for name, text in files.items():
        write_text(folder / name, text)


def write_stream(path: Path, seed: int, count: int, first: datetime, last: datetime) -> None:
    """Write further letters, as `stream` draws them; policies are those of data/sample."""
    write_text(path, _csv(COLUMNS, stream(versions(SEED), seed, count, first, last)))


def _csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    table = io.StringIO()
    writer = csv.DictWriter(table, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return table.getvalue()
