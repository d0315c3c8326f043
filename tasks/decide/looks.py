"""How candidates are told apart in charts: by shape and line, so that colour is never needed."""

from collections.abc import Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any, NamedTuple

from tasks.svg import INK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which colour-blind people tell apart; blue is kept for the recommended.
RECOMMENDED = "#2a78d6"
OTHERS = ("#d55e00", "#009e73", "#b0609a", "#b98a00", "#7a7a74", "#4aa3c7")
SHAPES = ("s", "^", "D", "v", "P", "X", "p", "h")
LINES: tuple[Any, ...] = ("--", ":", "-.", (0, (6, 2, 1, 2, 1, 2)), (0, (1, 3)), (0, (8, 3)))


class Look(NamedTuple):
    """A marker, a line style and a colour of matplotlib's."""

    shape: str
    line: Any
    colour: str
    width: float


def looks(names: Sequence[str], recommended: str) -> dict[str, Look]:
    """A look for each candidate; the recommended one has a disc and the one solid line."""
    others = zip(cycle(SHAPES), cycle(LINES), cycle(OTHERS), strict=False)
    return {
        name: Look("o", "-", RECOMMENDED, 2.4)
        if name == recommended
        else Look(*next(others), width=1.6)
        for name in names
    }


def legend(figure: "Figure") -> None:
    """Every labelled mark above the axes; beside its mark a name would lie over others."""
    figure.legend(
        loc="outside upper left", ncols=3, fontsize=9, labelcolor=INK, frameon=False,
        handlelength=2.6, columnspacing=1.0, borderpad=0, handletextpad=0.5,
    )  # fmt: skip
