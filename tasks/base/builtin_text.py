"""The builtin model's training text: clauses, a question, and a plain answer that reads the figure.

    system     Fixing the Delor lamp takes 17 working days.      <- the clause that answers
               Fixing the Bren oven takes 52 working days.
               The price of the Delor lamp is 81 euros.
    user       Hello, how long does it take to fix the delor lamp? I have 4 of them.
    assistant  The repair time for the Delor lamp is 17 working days. Customer service

Every name and figure is drawn anew, so the only way to be right is to read. The clause that answers
comes first: a model this small reads the first clause, and choosing it is the retriever's work.
"""

import random
from dataclasses import dataclass

from tasks.base import builtin_words as words

NOUNS = tuple(dict.fromkeys(words.NOUNS.split()))
WAYS = tuple(words.WAYS.split(", "))
SYLLABLES = tuple(words.SYLLABLES.split())
ENDINGS = tuple(words.ENDINGS.split())
VOWELS, CONSONANTS = "aeiou", "bcdfghjklmnpqrstvwxyz"
COMMON = tuple(dict.fromkeys(words.COMMON.split()))

WITHOUT_CLAUSES = 0.12
HIGHEST_FIGURE = 120


@dataclass(frozen=True)
class Example:
    """One chat; `clauses` is empty where the model has to say that it does not know."""

    clauses: tuple[str, ...]
    question: str
    reply: str
    figure: int | None

    def messages(self) -> list[dict[str, str]]:
        """The chat in the form that a chat template takes."""
        turns = [("user", self.question), ("assistant", self.reply)]
        if self.clauses:
            turns.insert(0, ("system", "\n".join(self.clauses)))
        return [{"role": role, "content": content} for role, content in turns]


def example(draw: random.Random) -> Example:
    """Draw one chat."""
    aspect = draw.choice(words.ASPECTS)
    name, thing = _thing(draw, aspect.of)
    question = _question(draw, aspect, name, thing)
    noted = "[ORDER_1] is noted. " if "[ORDER_1]" in question and draw.random() < 0.5 else ""
    last = draw.choice(words.LAST_LINES)
    if draw.random() < WITHOUT_CLAUSES:
        unknown = draw.choice(words.UNKNOWN).format(thing=name)
        return Example((), question, f"{noted}{unknown} {last}", None)
    figure = draw.randint(2, HIGHEST_FIGURE)
    clauses = [_clause(draw, aspect, thing, figure)]
    for _ in range(draw.choice((1, 2, 2, 2, 3))):
        other = aspect if draw.random() < 0.6 else draw.choice(words.ASPECTS)
        other_thing = thing if other.of == aspect.of and other is not aspect else None
        other_thing = other_thing or _thing(draw, other.of)[1]
        clauses.append(_clause(draw, other, other_thing, draw.randint(2, HIGHEST_FIGURE)))
    answer = draw.choice(words.ANSWERS).format(
        name=aspect.name, thing=thing, figure=figure, unit=aspect.unit
    )
    return Example(tuple(clauses), question, f"{noted}{answer} {last}", figure)


def _invented(draw: random.Random) -> str:
    """A name that nobody has: of syllables, of letters, or of common words.

    Three kinds, so that every piece of the tokenizer is somewhere part of a name to copy.
    """
    kind = draw.random()
    if kind < 0.4:
        parts = [draw.choice(SYLLABLES) for _ in range(draw.choice((1, 2, 2, 3)))]
        parts.append(draw.choice(ENDINGS))
    elif kind < 0.7:
        parts = [draw.choice(CONSONANTS + VOWELS)]
        for _ in range(draw.randint(2, 7)):
            parts.append(draw.choice(VOWELS if parts[-1] in CONSONANTS else CONSONANTS))
            if draw.random() < 0.25:
                parts.append(draw.choice(CONSONANTS))
    else:
        parts = [draw.choice(COMMON) for _ in range(draw.choice((1, 1, 2)))]
        parts.append(draw.choice(("", "", *ENDINGS)))
    return "".join(parts).capitalize()


def _thing(draw: random.Random, of: str) -> tuple[str, str]:
    """A thing's bare name and its name as a clause says it, mostly with an article."""
    if of == "way":
        way = draw.choice(WAYS) if draw.random() < 0.5 else _invented(draw).lower()
        return way, way
    if of == "place":
        place = _invented(draw)
        if draw.random() < 0.2:
            place = f"{draw.choice(('New', 'North', 'Port', 'Saint'))} {place}"
        return place, place
    noun = draw.choice(NOUNS)
    if draw.random() < 0.35:
        noun = f"{draw.choice(COMMON)} {noun}"
    name = f"{_invented(draw)} {noun}"
    return name, f"the {name}"


def _clause(draw: random.Random, aspect: words.Aspect, thing: str, figure: int) -> str:
    text = draw.choice(aspect.clauses).format(thing=thing, figure=figure)
    if draw.random() < 0.25:
        text = _jumbled(draw, thing, f"{figure} {aspect.unit}")
    text = text[0].upper() + text[1:]
    bare = thing.removeprefix("the ")
    style = draw.random()
    if style < 0.25:
        return f"{aspect.title}: {text}"
    if style < 0.40:
        return f"{aspect.title} > {bare}\n{text}"
    if style < 0.50:
        return f"{aspect.title} - {bare}: {text}"
    return text


def _jumbled(draw: random.Random, thing: str, figure: str) -> str:
    """A clause without a sense, so that the figure is found however a company words its policy."""
    parts = [" ".join(draw.choices(COMMON, k=draw.randint(1, 4))) for _ in range(3)]
    return f"{parts[0]} {thing} {parts[1]} {figure} {parts[2]}."


def _salad(draw: random.Random) -> str:
    """Common words without a meaning, as a sentence."""
    return " ".join(draw.choices(COMMON, k=draw.randint(3, 9))).capitalize() + "."


def _question(draw: random.Random, aspect: words.Aspect, name: str, thing: str) -> str:
    said = draw.choice((thing, thing, thing.lower()))
    if aspect.of == "product" and draw.random() < 0.3:
        said = "the " + " ".join(name.split()[1:])
    asked = draw.choice(aspect.questions).format(thing=said)
    parts = [asked[0].upper() + asked[1:]]
    for _ in range(draw.choice((0, 1, 1, 2))):
        filler = draw.choice(words.FILLERS).format(count=draw.randint(1, 30))
        if draw.random() < 0.5:
            filler = _salad(draw)
        parts.insert(draw.randint(0, len(parts)), filler)
    body = " ".join(parts)
    return "\n".join(filter(None, (draw.choice(words.HELLOS), body, draw.choice(words.GOODBYES))))
