"""Telling about steps, logs and checkpoints as they come.

Imports transformers, which takes seconds: import this module inside the function that trains.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from tasks.training.checkpoints import checkpoint_at, mark_complete


class Watcher(TrainerCallback):
    """Tells about steps, logs and checkpoints as they come."""

    # ruff: noqa: ARG002 - transformers hands every event the same arguments

    def __init__(
        self,
        advance: Callable[[int], None],
        on_log: Callable[[list[dict[str, Any]], float], None],
        facts: Callable[[], dict[str, Any]],
        seconds_before: float,
    ) -> None:
        self._advance = advance
        self._on_log = on_log
        self._facts = facts
        self._seconds_before = seconds_before
        self._started = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds of training, those before a resume included."""
        return self._seconds_before + time.perf_counter() - self._started

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._started = time.perf_counter()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._advance(1)

    def on_log(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._on_log(state.log_history, self.seconds)

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        checkpoint = checkpoint_at(Path(args.output_dir), state.global_step)
        mark_complete(checkpoint, seconds=self.seconds, **self._facts())
