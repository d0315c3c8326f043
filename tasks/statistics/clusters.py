"""Tickets that belong together, added up once: all that is tested or drawn afterwards is clusters.

A customer's second letter tells less than the first letter of another customer would, so that what
counts as independent is the cluster: the `group` that curation never splits, which holds all that
shares a customer, a thread or a near-duplicate question. A mean stays that of the tickets, the sum
of the clusters' sums over the sum of their weights. Where every ticket is a cluster of its own,
every number is that of the plain method, to the last digit.
"""

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]


class Clustered(NamedTuple):
    """Columns added up: `sums` and `weights` are (clusters, columns), `tickets` (columns,).

    A weight is how many tickets of the cluster have a number, or what those weigh together.
    `tickets` is how many have one, or weigh anything, in all.
    """

    sums: "Floats"
    weights: "Floats"
    tickets: "Numbers"


def clustered(
    columns: "Floats", groups: Sequence[Hashable], weights: "Floats | None" = None
) -> Clustered:
    """Add up columns of (tickets, columns), NaN where there is no number; a group for each ticket.

    `weights` are of the same shape; without them each number weighs 1.
    """
    import numpy as np

    weighing = np.isfinite(columns).astype(float) if weights is None else weights
    filled = np.where(weighing > 0, columns, 0.0) * weighing
    cluster = numbered(groups)
    order = np.argsort(cluster, kind="stable")
    starts = np.flatnonzero(np.diff(cluster[order], prepend=-1))
    return Clustered(
        np.add.reduceat(filled[order], starts, axis=0),
        np.add.reduceat(weighing[order], starts, axis=0),
        (weighing > 0).sum(axis=0),
    )


def numbered(groups: Sequence[Hashable]) -> "Numbers":
    """Each ticket's cluster: 0, 1, ... in the order in which they first come."""
    import numpy as np

    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(group, len(numbers)) for group in groups], dtype=np.int64)


def linearised(sums: "Floats", weights: "Floats") -> "Floats":
    """A number for each cluster of one column, so that their mean is the column's.

    Their standard error is that of a ratio of sums, by its first Taylor term (Woodruff 1971): what
    takes them for independent numbers, such as a t-test, is right about the tickets' mean. Clusters
    that weigh nothing are left out.
    """
    there = weights > 0
    sums, weights = sums[there], weights[there]
    each = weights.sum() / len(weights)
    mean = sums.sum() / weights.sum()
    return sums / each + mean * (1 - weights / each)
