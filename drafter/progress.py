"""Progress of long work: a bar on a terminal, a line every ten seconds elsewhere; on stderr."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Whoever shows the lines as a bar, as `make run` does, asks for more of them.
SECONDS_BETWEEN_LINES = float(os.environ.get("REPLYMILL_SECONDS_BETWEEN_LINES", "10"))


@contextmanager
def progress(what: str, total: int, unit: str = "rows") -> Iterator[Callable[[int], None]]:
    """Give a function that is told how many more `unit` are done.

    with progress("embedding", len(texts)) as advance:
        for batch in batches:
            ...
            advance(len(batch))
    """
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.advance(task, done)
        return

    done_so_far = 0
    started = last_line = time.monotonic()

    def advance(done: int) -> None:
        nonlocal done_so_far, last_line
        done_so_far += done
        now = time.monotonic()
        if now - last_line >= SECONDS_BETWEEN_LINES:
            last_line = now
            left = (now - started) / max(done_so_far, 1) * (total - done_so_far)
            print(
                f"{what}: {done_so_far:,} of {total:,} {unit}, about {left:,.0f} s left",
                file=sys.stderr,
                flush=True,
            )

    yield advance
