"""How large a simulation is."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Plan:
    """Numbers of letters, and of turns. The values on the right hold three turns in 20 minutes."""

    turns: int
    history: int
    by_hand: int
    later_by_hand: int
    letters: int
    measured: int
    seed: int

    OPTIONS: ClassVar[dict[str, tuple[int, str]]] = {
        "turns": (3, "times that the mill turns on feedback"),
        "history": (600, "tickets that the first champion learns from"),
        "by_hand": (200, "tickets answered without a draft before the desk opens: the holdout"),
        "later_by_hand": (40, "as many more in each turn"),
        "letters": (200, "letters that come to the desk in each turn"),
        "measured": (120, "letters on which champions are compared and nothing is learned"),
        "seed": (1, "of the letters"),
    }
