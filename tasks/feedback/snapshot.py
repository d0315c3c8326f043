"""The snapshot on disk: the same rows are the same bytes, and DVC knows them.

`dvc add` puts a copy into DVC's cache and writes desk.csv.dvc beside it, for git: with an older
commit of that, `dvc checkout` brings the older snapshot back. Stage ingest watches the folder.
"""

import csv
import hashlib
import io
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from drafter.errors import RepositoryBusy, StageFailed
from drafter.tables import write_text
from tasks.feedback.rows import COLUMNS
from tasks.repro import BUSY, stage_environment


def as_csv(rows: Sequence[Mapping[str, str]]) -> str:
    """The rows by time and id. Every cell is quoted: a lone CR else splits rows."""
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, COLUMNS, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: (row["created_at"], row["ticket_id"])))
    return written.getvalue()


def write_snapshot(path: Path, text: str) -> bool:
    """Write it unless it stands there already; gives whether it was written."""
    if path.is_file() and path.read_bytes() == text.encode():
        return False
    write_text(path, text)
    return True


def track(path: Path, root: Path) -> bool:
    """Let DVC track `path` as it now is; gives whether DVC works here at all.

    Raises RepositoryBusy where another DVC holds the lock, StageFailed where DVC refuses.
    """
    if not (root / ".dvc").is_dir():
        return False
    note = path.with_name(f"{path.name}.dvc")
    if note.is_file() and _digest(path) in note.read_text(encoding="utf-8"):
        return True
    done = subprocess.run(  # noqa: S603, our own words
        [sys.executable, "-m", "dvc", "add", "--quiet", str(path.relative_to(root))],
        cwd=root, env=stage_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 0:
        return True
    last = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
    if BUSY.search(done.stderr):
        raise RepositoryBusy(
            f"{path} is written, and another DVC process works here, so that DVC does not track it "
            f"yet: run `make feedback` again ({last})"
        )
    raise StageFailed(f"{path} is written, and `dvc add` refused it: {last}")


def _digest(path: Path) -> str:
    """As DVC has it."""
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
