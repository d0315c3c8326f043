"""What `register` reads from params.yaml."""

from pydantic import Field

from drafter.section import Section
from tasks.candidates import Candidate, Hosted


class RegisterParams(Section):
    """Where the recommended candidate goes."""

    model: str = Field(min_length=1)
    """Name of the registered model in MLflow."""

    view_tickets: int | None = Field(ge=1)
    """Tickets a candidate in MLflow's evaluation view, drawn by hash; null shows all.

    MLflow takes about 0.1 CPU seconds for each; the scorecard always counts all tickets.
    """


class Params(Section):
    """The top-level keys that `register` reads."""

    registry: RegisterParams = Field(alias="register")
    candidates: dict[str, Candidate]
    hosted: dict[str, Hosted]
    rules: str
    """The file of rules that the version's guard follows."""
