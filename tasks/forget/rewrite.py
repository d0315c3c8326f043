"""The user's tables without the customer's rows; all other rows as they were written."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drafter.errors import StageFailed
from drafter.tables import written_whole
from tasks.forget.person import Person
from tasks.forget.sources import Row, Table, rows_of
from tasks.forget.spans import Spans, write_bytes
from tasks.forget.who import is_theirs
from tasks.repro import stage_environment

# What stands where another customer's row quoted an address or a key of theirs.
HIDDEN = "[forgotten]"


def forget_rows(table: Table, person: Person, root: Path) -> int:
    """Write the table anew without their rows; gives how many went.

    A table that has none, and quotes none, is left alone.
    """
    rows = list(rows_of(table, root))
    gone = {number for number, row in enumerate(rows) if is_theirs(row, table, person)}
    hide = hider(person)
    quoting = any(quotes_them(row, hide) for number, row in enumerate(rows) if number not in gone)
    if not gone and not quoting:
        return 0
    if table.kind == "csv":
        Spans.of(table.path, table.encoding, table.separator).write_without(gone, hide)
    elif table.kind == "jsonl":
        lines = table.path.read_bytes().decode(table.encoding).split("\n")
        left = [hide(line) for number, line in enumerate(lines) if number not in gone]
        write_bytes(table.path, "\n".join(left).encode(table.encoding))
    elif table.kind == "parquet":
        _parquet(table.path, gone, hide if quoting else None)
    return len(gone)


def hider(person: Person) -> Callable[[str], str]:
    """A function that hides what names the customer by itself, in any case."""
    values = sorted(person.names_itself, key=len, reverse=True)
    if not values:
        return lambda text: text
    any_of = "|".join(re.escape(value) for value in values)
    pattern = re.compile(rf"(?<![0-9A-Za-z])(?:{any_of})(?![0-9A-Za-z])", re.IGNORECASE)
    return lambda text: pattern.sub(HIDDEN, text)


def quotes_them(row: Row, hide: Callable[[str], str]) -> bool:
    """Whether another customer's row has something to hide."""
    texts = [row.asked, row.answered, row.raw or "", *row.names, row.agent]
    return any(hide(text) != text for text in texts)


def _parquet(path: Path, gone: set[int], hide: Callable[[str], str] | None) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        table, about = file.read(), file.metadata
    keep = pa.array([number not in gone for number in range(table.num_rows)])
    table = table.filter(keep)
    if hide is not None:
        rows = [_hidden(row, hide) for row in table.to_pylist()]
        table = pa.Table.from_pylist(rows, schema=table.schema)
    groups = about.num_row_groups and about.num_columns
    kept = about.row_group(0).column(0).compression.lower() if groups else "snappy"
    compression = "none" if kept == "uncompressed" else kept
    mode = path.stat().st_mode
    with written_whole(path) as beside:
        pq.write_table(table, beside, compression=compression)
        beside.chmod(mode)


def _hidden(value: Any, hide: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, dict):
        return {key: _hidden(inner, hide) for key, inner in value.items()}
    return [_hidden(inner, hide) for inner in value] if isinstance(value, list) else value


def unpin(path: Path, person: Person) -> int:
    """Take pinned tickets of theirs out of data/regressions.yaml; gives how many."""
    import io

    from ruamel.yaml import YAML

    from tasks.forget.needles import found_in

    if not path.is_file():
        return 0
    yaml = YAML()
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    whole = yaml.load(path)
    entries = whole["regressions"]
    texts = [json.dumps(entry, ensure_ascii=False, default=str) for entry in entries]
    hits = found_in(texts, person.needles)
    gone = [
        number
        for number, entry in enumerate(entries)
        if hits[number] or str(entry["name"]) in person.tickets
    ]
    if not gone:
        return 0
    for number in reversed(gone):
        del entries[number]
    written = io.StringIO()
    yaml.dump(whole, written)
    write_bytes(path, written.getvalue().encode())
    return len(gone)


def track(path: Path, root: Path) -> Path | None:
    """Let DVC track what was rewritten, where it tracked it before; gives the .dvc file.

    Raises StageFailed where DVC refuses.
    """
    for tracked in (path, *path.parents):
        if not tracked.is_relative_to(root) or tracked == root:
            return None
        note = tracked.with_name(f"{tracked.name}.dvc")
        if note.is_file():
            done = subprocess.run(  # noqa: S603, our own words
                [sys.executable, "-m", "dvc", "add", "--quiet", str(tracked.relative_to(root))],
                cwd=root, env=stage_environment(), capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                last = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
                raise StageFailed(f"{tracked} is rewritten, and `dvc add` refused it: {last}")
            return note
    return None
