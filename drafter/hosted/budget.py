"""A cap that no call can pass: what a call may cost at worst is set aside before it is made."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from drafter.errors import CapReached


class Hold:
    """Money set aside for one call; `spent` says what became of it."""

    def __init__(self, most: float) -> None:
        self.spent = most


class Budget:
    """US dollars of one run. Calls side by side count with all that they have set aside."""

    def __init__(self, max_usd: float) -> None:
        self.max_usd = max_usd
        self.spent = 0.0
        self._held = 0.0
        self._freed = threading.Condition()

    @property
    def left(self) -> float:
        return self.max_usd - self.spent - self._held

    def record(self, usd: float) -> None:
        """Count what an earlier run set aside and this one learned the price of."""
        with self._freed:
            self.spent += usd

    @contextmanager
    def hold(self, most: float) -> Iterator[Hold]:
        """Set `most` aside during the block; what its Hold says in the end is spent.

        Waits while only calls that are still under way stand between `most` and the cap. Raises
        CapReached where it can't fit. Of a block that raises, all is taken for spent, unless it
        said otherwise before.
        """
        with self._freed:
            while most > self.left:
                if not self._held:
                    raise CapReached(f"${self.spent:.4f} of ${self.max_usd:g} are spent")
                self._freed.wait()
            self._held += most
        held = Hold(most)
        try:
            yield held
        finally:
            with self._freed:
                self._held -= most
                self.spent += held.spent
                if not self._held or self._held < 1e-12:
                    self._held = 0.0  # sums of fractions leave dust
                self._freed.notify_all()
