"""A version that has the alias and does not serve: why, and when it is tried again."""

import time
from dataclasses import dataclass

from desk.serving.registry import Registered
from drafter.errors import DraftingFailed, ReplymillError

LONGEST_PAUSE = 60.0


@dataclass(frozen=True)
class Refused:
    """What was refused, as the registry had it then."""

    version: Registered
    why: str
    pause: float | None
    """Seconds until it is tried again; None where that waits until something about it changes."""
    at: float

    def stands(self, found: Registered) -> bool:
        """Whether `found` need not be tried again yet."""
        if found != self.version:
            return False
        return self.pause is None or time.monotonic() < self.at + self.pause

    @classmethod
    def after(
        cls, earlier: "Refused | None", found: Registered, error: Exception, pause: float
    ) -> "Refused":
        """`found` is refused for `error`.

        What is wrong with a version stays so. What else went wrong may pass by itself: after
        `pause` seconds, then after twice as many each time.
        """
        lasting = isinstance(error, ReplymillError) and not isinstance(error, DraftingFailed)
        if not lasting and earlier and earlier.version == found and earlier.pause:
            pause = min(2 * earlier.pause, LONGEST_PAUSE)
        return cls(found, told(error), None if lasting else pause, time.monotonic())


def told(error: Exception) -> str:
    """Its message where it is one of ours; else its kind and its first line."""
    if isinstance(error, ReplymillError):
        return str(error)
    first = (str(error).splitlines() or [""])[0][:200]
    return f"it can't be fetched ({type(error).__name__}: {first})"
