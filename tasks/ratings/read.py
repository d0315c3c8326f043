"""A file of rated replies, read and checked line by line."""

import gzip
import hashlib
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drafter.errors import BadInput
from tasks.accuracy.features import Answer

TEXTS = ("question", "policy_answer", "reference", "response")
RATINGS = ("accuracy", "appropriateness")


@dataclass(frozen=True)
class Rated:
    """One reply, what it is held against, and what each rater gave it."""

    answer: Answer
    accuracy: tuple[float, ...]
    appropriateness: tuple[float, ...]


def read_ratings(path: Path) -> list[Rated]:
    """Every line of a gzipped JSONL file. Raises BadInput, naming the line that is unusable."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            lines = file.read().splitlines()
    except FileNotFoundError as error:
        raise BadInput(f"{path} is not there: name a file of rated replies") from error
    except gzip.BadGzipFile as error:
        raise BadInput(f"{path} is not gzipped: `gzip {path.name}` makes it so") from error
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise BadInput(
            f"{path} can't be read to its end ({type(error).__name__}): it is damaged or no UTF-8; "
            "fetch it again"
        ) from error
    rated = [_rated(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line]
    if not rated:
        raise BadInput(f"{path} holds no rated reply")
    if len({len(one.accuracy) for one in rated}) > 1:
        raise BadInput(f"{path}: replies have different numbers of raters; each needs as many")
    return rated


def _rated(line: str, where: str) -> Rated:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise BadInput(f"{where} is no JSON ({error})") from error
    if not isinstance(row, dict):
        raise BadInput(f"{where} is no JSON object")
    texts = [_text(row, name, where) for name in TEXTS]
    accuracy, appropriateness = (_ratings(row, name, where) for name in RATINGS)
    if len(accuracy) != len(appropriateness):
        raise BadInput(
            f"{where}: {len(accuracy)} ratings of accuracy and {len(appropriateness)} of "
            "appropriateness; each rater gives both"
        )
    return Rated(Answer(*texts), accuracy, appropriateness)


def _text(row: dict[str, Any], name: str, where: str) -> str:
    if name not in row:
        raise BadInput(f"{where} has no field {name}; it needs {', '.join((*TEXTS, *RATINGS))}")
    if not isinstance(row[name], str):
        raise BadInput(f"{where}: {name} is {type(row[name]).__name__}, not a text")
    return row[name]


def _ratings(row: dict[str, Any], name: str, where: str) -> tuple[float, ...]:
    if name not in row:
        raise BadInput(f"{where} has no field {name}; it needs {', '.join((*TEXTS, *RATINGS))}")
    values = row[name]
    plain = isinstance(values, list) and all(type(value) in (int, float) for value in values)
    if not plain or not values or not all(1 <= value <= 5 for value in values):
        raise BadInput(f"{where}: {name} is {values!r}, not a list of ratings from 1 to 5")
    return tuple(map(float, values))


def question_hash(question: str) -> str:
    """What a question is known by: whether it was fitted on, and in which half it falls."""
    return hashlib.sha256(question.strip().lower().encode()).hexdigest()[:8]


def is_even(question: str) -> bool:
    """Even questions are fitted on, odd ones told on."""
    return int(question_hash(question), 16) % 2 == 0
