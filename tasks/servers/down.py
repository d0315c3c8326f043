"""The end of what `make up` started, told from another shell."""

import contextlib
import os
import signal
import time
from pathlib import Path

from drafter.errors import ServersFailed
from tasks import leash
from tasks.runlock import Holder
from tasks.servers.answers import SECONDS_BETWEEN_LOOKS
from tasks.servers.note import note_file, read_note


def down(root: Path) -> None:
    """End what `up` started in this checkout, and wait until it is gone."""
    import psutil

    note = read_note(root, alive=False)
    if note is None:
        print("nothing is up")
        return
    holders = [Holder(**entry) for entry in (note["supervisor"], *note["servers"])]
    living = [holder for holder in holders if holder.alive()]
    for holder in living[:1]:  # the supervisor, which ends the others; else the first orphan
        with contextlib.suppress(ProcessLookupError):
            os.kill(holder.pid, signal.SIGTERM)
    until = time.monotonic() + 5 * leash.SECONDS_TO_END
    while (living := [holder for holder in holders if holder.alive()]) and until > time.monotonic():
        if not holders[0].alive():
            for holder in living:
                with contextlib.suppress(psutil.NoSuchProcess):
                    psutil.Process(holder.pid).terminate()
        time.sleep(SECONDS_BETWEEN_LOOKS)
    if living:
        raise ServersFailed(f"still there: {', '.join(holder.describe() for holder in living)}")
    note_file(root).unlink(missing_ok=True)
    print("it is down")
