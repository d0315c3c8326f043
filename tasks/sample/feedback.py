"""What Marrowby's agents made of drafts in a trial at the desk: feedback.csv.

The letters, the replies and the figures follow the same rules as tickets.csv. A draft is what a
model proposed that had learned from older tickets; agents sent it as it was, or changed it:

    fact              it remembered the figure of the version before
    policy            it promised what no policy holds
    tone              it wrote as any office would
    personalisation   it left the name out
    typo              two letters changed places
"""

import random
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tasks.sample import phrases
from tasks.sample.policies import TOPICS, Topic, Version, in_force
from tasks.sample.tickets import COLUMNS, finish, new_customer, question_about

FEEDBACK_COLUMNS = (*COLUMNS[: COLUMNS.index("reply")], "draft", *COLUMNS[COLUMNS.index("reply") :])

# After the first change of the policies and before anything that is held out.
FIRST = datetime(2025, 9, 1, 6, 0, tzinfo=UTC)
LAST = datetime(2025, 12, 19, 20, 0, tzinfo=UTC)
ROWS = 150
# How often agents made which change, of 100 drafts.
CHANGES = {"fact": 34, "policy": 14, "tone": 18, "personalisation": 12, "typo": 10, "none": 12}


def feedback(found: Sequence[Version], seed: int) -> list[dict[str, Any]]:
    """The rows of feedback.csv, oldest first; `found` are the policies' versions."""
    draw = random.Random(f"{seed} feedback")  # noqa: S311
    span = (LAST - FIRST).total_seconds()
    times = sorted(FIRST + timedelta(seconds=round(draw.random() * span)) for _ in range(ROWS))
    asked = [(topic, thing) for topic in TOPICS for thing in topic.things]
    rows = []
    for number, at in enumerate(times):
        topic, thing = draw.choice(asked)
        figure = in_force(found, topic.doc_id, at.date()).figures[thing]
        customer = new_customer(draw, 50_000 + number)
        row = question_about(draw, customer, topic.doc_id, thing, figure)
        row = finish(draw, row, customer, 50_001 + number, at)
        (change,) = draw.choices(list(CHANGES), list(CHANGES.values()))
        before = old_figure(found, topic, thing, at)
        if change == "fact" and before == figure:
            change = "none"  # nothing to be wrong about
        row["draft"] = _draft(draw, change, row, topic, thing, figure, before)
        rows.append(row)
    return rows


def old_figure(found: Sequence[Version], topic: Topic, thing: str, at: datetime) -> int:
    """What the clause said in the version before that of the day."""
    now = in_force(found, topic.doc_id, at.date())
    day = now.effective_from - timedelta(days=1)
    return in_force(found, topic.doc_id, day).figures[thing]


def _draft(
    draw: random.Random,
    change: str,
    row: dict[str, Any],
    topic: Topic,
    thing: str,
    figure: int,
    before: int,
) -> str:
    reply: str = row["reply"]
    name, agent = row["customer_name"].split()[0], row["agent_name"].split()[0]
    if change == "fact":
        opening, mark, answer = reply.partition("Now, ")
        return opening + mark + re.sub(rf"\b{figure}\b", str(before), answer, count=1)
    if change == "policy":
        text, closing = reply.split("\n\n")
        return f"{text} {draw.choice(phrases.PROMISES)}\n\n{closing}"
    if change == "tone":
        answer = phrases.PLAIN[topic.doc_id].format(thing=thing, figure=figure)
        return phrases.PLAIN_LETTER.format(name=name, answer=answer, agent=agent)
    if change == "personalisation":
        return reply.replace(f"Ahoy {name}!", "Ahoy!", 1)
    if change == "typo":
        word = draw.choice([word for word in re.findall(r"\b[a-z]{5,}\b", reply) if _swapped(word)])
        return reply.replace(word, _swapped(word), 1)
    return reply


def _swapped(word: str) -> str:
    """`word` with its third and fourth letter in each other's place; "" where they are the same."""
    return "" if word[2] == word[3] else word[:2] + word[3] + word[2] + word[4:]
