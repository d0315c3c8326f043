"""The section `retrieve` of params.yaml: how many clauses a ticket brings along."""

from pydantic import Field

from drafter.section import Section


class RetrieveParams(Section):
    """What a ticket is given, and how recall is measured."""

    k: int = Field(ge=1)
    """Clauses for each ticket, best first."""
    bootstrap: int = Field(ge=100)
    """Draws of the 95 % intervals in reports/retrieval.json."""


class Params(Section):
    """What stage `retrieve` reads of params.yaml."""

    retrieve: RetrieveParams
    """The section of this stage."""
    seed: int
    """Fixes the bootstrap's draws."""
