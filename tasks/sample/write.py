"""Write the sample company's files."""

import csv
import io
from pathlib import Path

from drafter.tables import write_text
from tasks.sample.policies import markdown, versions
from tasks.sample.tickets import COLUMNS, tickets

SEED = 20260301


def sample_files(seed: int = SEED) -> dict[str, str]:
    """Every generated file's text by its path below data/sample."""
    found = versions(seed)
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(tickets(found, seed))
    files = {"tickets.csv": table.getvalue()}
    for version in found:
        name = f"{version.topic.doc_id}.{version.effective_from}.md"
        files[f"policies/{name}"] = markdown(version)
    return files


def write_sample(folder: Path) -> None:
    """Rewrite tickets.csv and policies/ in `folder`; a policy file of no version is removed."""
    files = sample_files()
    for stray in (folder / "policies").glob("*.md"):
        if f"policies/{stray.name}" not in files:
            stray.unlink()
    for name, text in files.items():
        write_text(folder / name, text)
