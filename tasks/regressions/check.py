"""Let a version draft the pinned tickets, and hold each draft against its contract."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tasks.regressions.contract import Regression, broken

# What MLflow serves: tickets in, drafts with `text` and `citations` out.
Drafting = Callable[[list[dict[str, Any]]], Sequence[Any]]


class Outcome(NamedTuple):
    """One pinned ticket; `breaks` is empty where the draft keeps the contract."""

    name: str
    why: str
    breaks: list[str]


def check(regressions: Sequence[Regression], draft: Drafting) -> list[Outcome]:
    """Draft all pinned tickets in one go, by the very function that serves."""
    if not regressions:
        return []
    drafts = draft([regression.ticket.model_dump() for regression in regressions])
    return [
        Outcome(regression.name, regression.why, broken(regression, _plain(written)))
        for regression, written in zip(regressions, drafts, strict=True)
    ]


def _plain(draft: Any) -> dict[str, Any]:
    """MLflow hands out the pydantic models of the serving script, or their plain dicts."""
    values: dict[str, Any] = draft if isinstance(draft, dict) else draft.model_dump()
    return values
