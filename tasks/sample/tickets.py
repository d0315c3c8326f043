"""Marrowby's ticket history, with the mess that real exports have."""

import html
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tasks.sample import phrases
from tasks.sample.policies import TOPICS, Version, anchor, in_force

COLUMNS = (  # noqa: SIM905
    "ticket_id created_at customer_id customer_name customer_email agent_name channel locale "
    "topic subject message reply cites csat solved"
).split()

FIRST_TICKET = datetime(2025, 3, 1, 6, 0, tzinfo=UTC)
LAST_TICKET = datetime(2026, 2, 28, 20, 0, tzinfo=UTC)
LOCALES = ("en-IE", "en-NO", "en-PT", "en-CA", "en-IS")

WRITE_AGAIN = 0.18
TICKETS = 2550
BAD_ROWS = 8
DUPLICATES = 12


def tickets(found: Sequence[Version], seed: int) -> list[dict[str, Any]]:
    """The rows of tickets.csv, oldest first; `found` are the policies' versions."""
    draw = random.Random(f"{seed} tickets")  # noqa: S311
    customers: list[dict[str, str]] = []
    span = (LAST_TICKET - FIRST_TICKET).total_seconds()
    times = sorted(
        FIRST_TICKET + timedelta(seconds=round(draw.random() * span)) for _ in range(TICKETS)
    )
    # Every clause is asked for about equally often, in any order.
    asked = [(topic, thing) for topic in TOPICS for thing in topic.things]
    deck: list[Any] = []
    rows = []
    for number, at in enumerate(times):
        # Who writes again mostly does so within weeks.
        again = customers and draw.random() < WRITE_AGAIN
        if not again:
            customers.append(new_customer(draw, len(customers)))
        customer = draw.choice(customers[-60:]) if again else customers[-1]
        if draw.random() < 0.07:
            row = chatter(draw, customer)
        else:
            if not deck:
                deck = draw.sample(asked, len(asked))
            topic, thing = deck.pop()
            figure = in_force(found, topic.doc_id, at.date()).figures[thing]
            row = question_about(draw, customer, topic.doc_id, thing, figure)
        rows.append(finish(draw, row, customer, 10001 + number, at))
    _spoil(draw, rows)
    return rows


def new_customer(draw: random.Random, number: int) -> dict[str, str]:
    first, last = draw.choice(phrases.FIRST_NAMES), draw.choice(phrases.LAST_NAMES)
    host = draw.choice(("example.com", "example.org", "example.net"))
    return {
        "id": f"C{number + 1:05}",
        "first": first,
        "last": last,
        "email": f"{first}.{last}{number + 1}@{host}".lower(),
        # Ofcom keeps 07700 900000 to 900999 for fiction.
        "phone": f"+44 7700 900{draw.randrange(1000):03}",
        "locale": draw.choice(LOCALES),
    }


def _fill(draw: random.Random, customer: dict[str, str]) -> dict[str, str]:
    """The values of one ticket's placeholders; count is a number that answers nothing."""
    return {
        "count": str(draw.randrange(2, 13)),
        "order": f"MB-{draw.randrange(10**6):06}",
        "phone": customer["phone"],
        "email": customer["email"],
    }


def _say(thing: str, draw: random.Random) -> str:
    """People don't always give a product its full name: `Corrie tent`, `corrie tent`, `tent`."""
    words = thing.split()
    if len(words) == 1 or thing in ("bank transfer", "gift voucher"):
        return thing
    return draw.choice((thing, thing, thing.lower(), words[-1]))


def question_about(
    draw: random.Random, customer: dict[str, str], doc_id: str, thing: str, figure: int
) -> dict[str, Any]:
    fill = _fill(draw, customer)
    story, kind_word = draw.choice(phrases.STORIES)
    said = _say(thing, draw)
    question = draw.choice(phrases.QUESTIONS[doc_id]).format(thing=said)
    sentences = [story.format(**fill), question, draw.choice(phrases.ASIDES)]
    if draw.random() < 0.3:
        sentences[0], sentences[1] = sentences[1], sentences[0]
    answer = draw.choice(phrases.ANSWERS[doc_id]).format(thing=thing, figure=figure)
    last = draw.choice(phrases.LAST_WORDS)
    return {
        "topic": doc_id,
        "subject": draw.choice(phrases.SUBJECTS[doc_id]).format(thing=thing),
        "message": " ".join(filter(None, sentences)),
        "reply": f"{kind_word.format(**fill)} Now, {answer} {last}".strip(),
        "cites": f"{doc_id}#{anchor(thing)}",
    }


def chatter(draw: random.Random, customer: dict[str, str]) -> dict[str, Any]:
    topic, message, reply = draw.choice(phrases.CHATTER)
    fill = _fill(draw, customer)
    said = [message.format(**fill)]
    # A saved reply goes out word for word, whatever else the customer told.
    for part in (draw.choice(phrases.STORIES)[0].format(**fill), draw.choice(phrases.ASIDES)):
        if part:
            said.insert(draw.randrange(len(said) + 1), part)
    answer = reply.format(**fill)
    return {
        "topic": topic,
        "subject": f"About {topic}",
        "message": " ".join(said),
        "reply": answer[0].upper() + answer[1:],
        "cites": "",
    }


def finish(
    draw: random.Random, row: dict[str, Any], customer: dict[str, str], number: int, at: datetime
) -> dict[str, Any]:
    """Dress message and reply as letters, and add the columns of the export."""
    name = f"{customer['first']} {customer['last']}"
    agent = draw.choice(phrases.AGENTS)
    channel = draw.choice(("email", "email", "form", "chat"))
    message = row["message"]
    if channel != "chat":
        message = "\n\n".join(filter(None, (draw.choice(phrases.OPENERS), message)))
        closer = draw.choice(phrases.CLOSERS)
        if closer:
            message += f"\n\n{closer}\n{draw.choice((customer['first'], name))}"
    if channel == "email":
        message = _mail_mess(draw, message, name, customer, at)
    greeting = phrases.GREETING.format(name=customer["first"])
    closing = phrases.CLOSING.format(agent=agent.split()[0])
    good = draw.random() < 0.82
    return {
        "ticket_id": f"T-{number}",
        "created_at": at.isoformat().replace("+00:00", "Z"),
        "customer_id": customer["id"],
        "customer_name": name,
        "customer_email": customer["email"],
        "agent_name": agent,
        "channel": channel,
        "locale": customer["locale"],
        "topic": row["topic"],
        "subject": row["subject"],
        "message": message,
        "reply": f"{greeting} {row['reply']}\n\n{closing}",
        "cites": row["cites"],
        "csat": "" if draw.random() < 0.5 else draw.choice((4, 5, 5) if good else (1, 2, 3)),
        "solved": "true" if good or draw.random() < 0.5 else "false",
    }


def _mail_mess(
    draw: random.Random, message: str, name: str, customer: dict[str, str], at: datetime
) -> str:
    """What mail programs add: signatures, the letter that is answered, HTML."""
    kind = draw.random()
    if kind < 0.18:
        return f"{message}\n\n-- \n{name}\n{customer['phone']}\n{customer['email']}"
    if kind < 0.30:
        day = (at - timedelta(days=2)).strftime("%d %b %Y")
        quoted = "> Thank you for your order.\n> It is packed and will leave our barn soon."
        return f"{message}\n\nOn {day}, Marrowby <help@marrowby.example> wrote:\n{quoted}"
    if kind < 0.48:
        parts = [html.escape(part).replace("\n", "<br>") for part in message.split("\n\n")]
        return "<html><body>" + "".join(f"<p>{part}</p>" for part in parts) + "</body></html>"
    return message


def _spoil(draw: random.Random, rows: list[dict[str, Any]]) -> None:
    """Repeat a few letters, exactly or nearly, and empty a few cells; ids stay unique."""
    for count in range(DUPLICATES):
        first = draw.randrange(len(rows) - 60)
        second = first + draw.randrange(1, 50)
        for column in ("topic", "subject", "message", "reply", "cites"):
            rows[second][column] = rows[first][column]
        for column in ("customer_id", "customer_name", "customer_email", "agent_name", "locale"):
            rows[second][column] = rows[first][column]
        if count % 2:
            rows[second]["message"] += " Did you get my letter?"
    for count, place in enumerate(sorted(draw.sample(range(len(rows)), BAD_ROWS))):
        rows[place]["message" if count % 2 else "reply"] = ""
