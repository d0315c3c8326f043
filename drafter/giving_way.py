"""Long work in a thread that lets other work go first: between two tokens it asks to go on.

A thread of low priority would not do: where it holds the interpreter and isn't run, nobody is.
"""

from collections.abc import Callable
from contextvars import ContextVar

_ASKS: ContextVar[Callable[[], None] | None] = ContextVar("asks to go on", default=None)


def give_way(wait: Callable[[], None]) -> None:
    """From now on this thread calls `wait` before each token; what it raises ends the draft."""
    _ASKS.set(wait)


def go_on() -> None:
    """Wait for others, in a thread that gives way; in any other, do nothing."""
    if (wait := _ASKS.get()) is not None:
        wait()
