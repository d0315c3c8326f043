"""Who competes, as params.yaml names them; read by draft, evaluate and register."""

from typing import Literal

from pydantic import Field

from drafter.errors import ParamsError
from tasks.section import Section


class Candidate(Section):
    """One way to draft a reply."""

    generator: Literal["nearest", "local"]
    """`nearest` copies the reply to the most similar past ticket, `local` writes with a model."""

    model: str = Field(min_length=1)
    """The index for `nearest`; for `local` the base, or an adapter over it."""

    tickets: str = Field(min_length=1)
    """The holdout that it sees; it retrieves where this table carries policy clauses."""


def named(candidates: dict[str, Candidate], name: str) -> Candidate:
    """The candidate of that name. Raises ParamsError with the names that there are."""
    if name not in candidates:
        raise ParamsError(
            f"params.yaml: candidates has no {name!r}; there are {', '.join(candidates)}"
        )
    return candidates[name]
