"""Further letters to Marrowby, as many and of whatever days one asks for.

They follow the same rules as tickets.csv and the same policies, by other customers: what no split
has seen. Nothing is spoilt in them, and nobody writes twice.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tasks.sample.policies import TOPICS, Version, in_force
from tasks.sample.tickets import chatter, finish, new_customer, question_about

CHATTER_SHARE = 0.07


def stream(
    found: Sequence[Version], seed: int, count: int, first: datetime, last: datetime
) -> list[dict[str, Any]]:
    """`count` rows of tickets.csv from `first` to `last`, oldest first.

    Ids and customers bear the seed, so that two streams share neither. `found` are the policies'
    versions.
    """
    draw = random.Random(f"{seed} stream")  # noqa: S311
    span = (last - first).total_seconds()
    times = sorted(first + timedelta(seconds=round(draw.random() * span)) for _ in range(count))
    asked = [(topic, thing) for topic in TOPICS for thing in topic.things]
    deck: list[Any] = []
    rows = []
    for number, at in enumerate(times):
        customer = new_customer(draw, seed * 100_000 + number)
        if draw.random() < CHATTER_SHARE:
            row = chatter(draw, customer)
        else:
            deck = deck or draw.sample(asked, len(asked))
            topic, thing = deck.pop()
            figure = in_force(found, topic.doc_id, at.date()).figures[thing]
            row = question_about(draw, customer, topic.doc_id, thing, figure)
        rows.append(finish(draw, row, customer, seed * 100_000 + number, at))
    return rows
