"""A server that outlives a killed runner: noted when it starts, ended by the next run."""

import contextlib
import os
from pathlib import Path

from tasks.runlock import Holder, read_holder


def note_child(notes: Path, pid: int, what: str) -> Path:
    """Note the child `pid` of this process in folder `notes`; the caller removes the note."""
    note = notes / f"{os.getpid()}.json"
    Holder.of(pid, what).write(note)
    return note


def end_orphans(notes: Path) -> None:
    """End each noted process whose parent is no longer the one that noted it."""
    import psutil

    for note in sorted(notes.glob("*.json")):
        holder = read_holder(note)
        if holder is not None and holder.alive():
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(holder.pid)
                if str(process.ppid()) == note.stem:
                    continue
                process.terminate()
        note.unlink(missing_ok=True)
