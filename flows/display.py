"""A run on the terminal: what each stage says, a row for each that runs, with its bar.

Where standard error is no terminal, lines alone. It listens to what `flows.telling` marked in
Prefect's logs; everything else of Prefect's stays off the screen, errors excepted.
"""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flows.telling import MARK
from tasks.repro import PROGRESS

RUN_LOGGERS = ("prefect.flow_runs", "prefect.task_runs")


class Display(logging.Handler):
    """Shows one run. `failures` keeps the messages of the stages that failed, by stage."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        super().__init__(logging.INFO)
        self.failures: dict[str, str] = {}
        self.console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._began: dict[str, float] = {}
        self._rows: dict[str, Any] = {}
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[stage]:<14}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
            console=self.console,
            transient=True,
            disable=not sys.stderr.isatty(),
        )

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Listen to the run's logs, and quiet Prefect's own console, during the block."""
        loggers = [logging.getLogger(name) for name in RUN_LOGGERS]
        before = [logger.propagate for logger in loggers]
        for logger in loggers:
            logger.addHandler(self)
            logger.propagate = False
        try:
            with self._bars:
                yield
        finally:
            for logger, propagate in zip(loggers, before, strict=True):
                logger.removeHandler(self)
                logger.propagate = propagate

    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, MARK, None)
        if event is None:
            return
        stage = getattr(record, "task_run_name", "") or "run"
        text = record.getMessage()
        if event == "begins":
            self._began[stage] = time.monotonic()
            self._rows[stage] = self._bars.add_task("", total=None, stage=stage)
        elif event == "line" and PROGRESS.match(text):
            self._progress(stage, text)
        elif event in ("ends", "fails"):
            self._end(stage, event, text)
        else:
            for line in text.splitlines():
                self._print(stage, line)

    def _progress(self, stage: str, text: str) -> None:
        found = PROGRESS.match(text)
        assert found is not None
        if self._bars.disable or stage not in self._rows:
            self._print(stage, text)
            return
        done, total = (int(found[part].replace(",", "")) for part in ("done", "total"))
        self._bars.update(self._rows[stage], description=text, completed=done, total=total)

    def _end(self, stage: str, event: str, text: str) -> None:
        seconds = time.monotonic() - self._began.pop(stage, time.monotonic())
        if stage in self._rows:
            self._bars.remove_task(self._rows.pop(stage))
        if event == "fails":
            self.failures[stage] = text
            for line in text.splitlines():
                self._print(stage, line, "red")
            self._print(stage, f"failed after {seconds:.0f} s", "red")
        elif text == "unchanged":
            self._print(stage, "nothing to do", "dim")
        else:
            self._print(stage, f"{text}, {seconds:.1f} s", "green")

    def _print(self, stage: str, line: str, style: str = "") -> None:
        from rich.text import Text

        self.console.print(Text.assemble((f"{stage:<14} ", "cyan"), (line, style)))
