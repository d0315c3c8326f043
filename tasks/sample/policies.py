"""What Marrowby promises: documents, their versions, and the figure of each clause.

A clause is one short line with its product or country and exactly one figure:

    ## Corrie tent
    A Corrie tent may come back within 45 days of delivery.

Its name in `cites` is the document and the heading: `returns#corrie-tent`.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

PRODUCTS = (
    "Corrie tent",
    "Pike stove",
    "Fell rucksack",
    "Tarn hammock",
    "Ember lantern",
    "Scree boots",
)
COUNTRIES = (
    "Ireland",
    "Norway",
    "Portugal",
    "Canada",
    "Iceland",
)
PAYMENTS = ("card", "bank transfer", "instalments", "gift voucher")

FIRST_DAY = date(2025, 1, 1)
# The ticket history ends on 2026-02-28; its newest 15 % begin in the first days of January.
LAST_CHANGE = date(2026, 1, 8)
# Share of a document's figures that outlive a change of it.
KEPT = 0.1


@dataclass(frozen=True)
class Topic:
    """One policy document: a clause for each of `things`, with a figure from `figures`."""

    doc_id: str
    title: str
    clause: str
    things: Sequence[str]
    figures: Sequence[int]
    changes: Sequence[date]


@dataclass(frozen=True)
class Version:
    """A document in one of its periods: `figures` by thing."""

    topic: Topic
    effective_from: date
    effective_to: date | None
    figures: dict[str, int]


TOPICS = (
    Topic(
        "returns",
        "Returns",
        "Returns: the {thing} may come back within {figure} days of delivery.",
        PRODUCTS,
        (14, 18, 21, 25, 28, 30, 35, 40, 42, 45, 50, 55, 60, 70, 75, 80, 90, 100),
        (date(2025, 6, 23), LAST_CHANGE),
    ),
    Topic(
        "warranty",
        "Warranty",
        "Warranty: faults of the {thing} are covered for {figure} months from purchase.",
        PRODUCTS,
        (9, 12, 15, 18, 20, 24, 27, 30, 33, 36, 39, 42, 48, 54, 60, 66, 72, 84),
        (date(2025, 6, 3), LAST_CHANGE),
    ),
    Topic(
        "repairs",
        "Repairs",
        "Repairs: our workshop mends the {thing} in {figure} working days.",
        PRODUCTS,
        (3, 4, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 19, 22, 23, 26, 29),
        (date(2025, 7, 1),),
    ),
    Topic(
        "restocking",
        "Restocking fee",
        "Restocking fee: an opened {thing} costs {figure} percent of its price to take back.",
        PRODUCTS,
        (3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 22, 25),
        (date(2025, 6, 30), LAST_CHANGE),
    ),
    Topic(
        "delivery-cost",
        "Delivery cost",
        "Delivery cost: a parcel to {thing} costs {figure} euros.",
        COUNTRIES,
        (4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 16, 17, 18, 19, 21, 23, 24, 27, 29),
        (date(2025, 6, 10), LAST_CHANGE),
    ),
    Topic(
        "delivery-time",
        "Delivery time",
        "Delivery time: a parcel to {thing} arrives within {figure} working days.",
        COUNTRIES,
        (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 20, 21),
        (date(2025, 7, 14), LAST_CHANGE),
    ),
    Topic(
        "express",
        "Express",
        "Express: the courier to {thing} costs {figure} euros.",
        COUNTRIES,
        (19, 22, 25, 26, 28, 31, 32, 34, 36, 37, 38, 39, 41, 43, 44, 46, 47, 49, 52, 58),
        (date(2025, 7, 7), LAST_CHANGE),
    ),
    Topic(
        "refunds",
        "Refunds",
        "Refunds: money paid by {thing} is back within {figure} days.",
        PAYMENTS,
        (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 16, 18, 20),
        (date(2025, 6, 16), LAST_CHANGE),
    ),
)


def anchor(thing: str) -> str:
    """The heading's name in a link: `Corrie tent` is `corrie-tent`."""
    return thing.lower().replace(" ", "-")


def versions(seed: int) -> list[Version]:
    """Every document in every period, oldest first. Each figure that changes is drawn anew."""
    found = []
    for topic in TOPICS:
        draw = random.Random(f"{seed} policies {topic.doc_id}")  # noqa: S311
        starts = (FIRST_DAY, *topic.changes)
        figures: dict[str, int] = {}
        for number, start in enumerate(starts):
            for thing in topic.things:
                if number == 0 or draw.random() >= KEPT:
                    others = [figure for figure in topic.figures if figure != figures.get(thing)]
                    figures[thing] = draw.choice(others)
            end = starts[number + 1] if number + 1 < len(starts) else None
            found.append(Version(topic, start, end, dict(figures)))
    return found


def in_force(found: Sequence[Version], doc_id: str, day: date) -> Version:
    """The one version of `doc_id` whose period holds `day`."""
    (version,) = (
        version
        for version in found
        if version.topic.doc_id == doc_id
        and version.effective_from <= day
        and (version.effective_to is None or day < version.effective_to)
    )
    return version


def markdown(version: Version) -> str:
    """The policy file: front matter, and one heading with one line a clause."""
    topic = version.topic
    lines = [
        "---",
        f"doc_id: {topic.doc_id}",
        f"title: {topic.title}",
        f"effective_from: {version.effective_from}",
        f"effective_to: {version.effective_to or 'null'}",
        f"url: https://help.marrowby.example/{topic.doc_id}",
        "---",
        "",
        f"# {topic.title}",
    ]
    for thing in topic.things:
        clause = topic.clause.format(thing=thing, figure=version.figures[thing])
        lines += ["", f"## {thing[0].upper()}{thing[1:]}", "", clause]
    return "\n".join(lines) + "\n"
