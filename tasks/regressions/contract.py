"""A pinned ticket and what a draft of it must and must not hold."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from drafter.errors import BadInput
from drafter.guard import stated
from drafter.section import Section


class Turn(Section):
    """One message of the conversation."""

    role: Literal["customer", "agent"]
    text: str = Field(min_length=1)


class PinnedTicket(Section):
    """What the served model is handed (mlflow/draft_model.py)."""

    subject: str | None
    messages: list[Turn] = Field(min_length=1)
    at: str
    """When the customer wrote, in ISO 8601: the policies of that day apply."""


class Regression(Section):
    """A bug that came back once too often: a ticket and its contract."""

    name: str = Field(min_length=1)
    why: str = Field(min_length=1)
    """What went wrong, for whoever sees it fail."""
    ticket: PinnedTicket
    must_say: list[str]
    """Phrases. One with a figure in it ("30 days") is held by any text that states this figure."""
    must_not_say: list[str]
    must_cite: list[str]
    """Documents that the draft must rest on, by their doc_id."""


class Regressions(Section):
    """The whole of data/regressions.yaml."""

    regressions: list[Regression]


def read_regressions(path: Path) -> list[Regression]:
    """The pinned tickets; none where there is no file.

    Raises BadInput that names the entry, the key and the value where the file is not as it should
    be, or two entries share a name.
    """
    import yaml

    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
        found = Regressions.model_validate(values).regressions
    except FileNotFoundError:
        return []
    except yaml.YAMLError as error:
        raise BadInput(f"{path} is not YAML: {error}") from None
    except ValidationError as error:
        raise BadInput(_explain(error, path)) from None
    names = [regression.name for regression in found]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"{path}: two regressions are called {name!r}: rename one")
    return found


def broken(regression: Regression, draft: Mapping[str, Any]) -> list[str]:
    """What the draft (`text`, `citations`) breaks of the contract, as a reader is told it."""
    text, documents = draft["text"], [cited.partition("@")[0] for cited in draft["citations"]]
    return [
        *(f"does not say {p!r}" for p in regression.must_say if not says(text, p)),
        *(f"says {p!r}" for p in regression.must_not_say if says(text, p)),
        *(f"does not cite {d!r}" for d in regression.must_cite if d not in documents),
    ]


def says(text: str, phrase: str) -> bool:
    """Whether `text` holds the phrase: its facts where it has any, else its words in any case."""
    wanted = stated(phrase)
    if wanted:
        return wanted <= stated(text)
    return _plain(phrase) in _plain(text)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _explain(error: ValidationError, path: Path) -> str:
    mistakes: Sequence[Any] = error.errors()
    lines = []
    for mistake in mistakes:
        where = ".".join(str(part) for part in mistake["loc"]) or "the file"
        lines.append(f"{path}: {where}: {mistake['msg'].lower()}, not {mistake['input']!r:.80}")
    return "\n".join(lines)
