"""The section `prices` of params.yaml: what machines and people cost, and how fast they are."""

from datetime import date

from pydantic import Field

from drafter.section import Section


class Prices(Section):
    """US dollars, and how fast people work. Stated, not measured: put your own."""

    as_of: date
    """The day on which these prices held."""

    cpu_hour: float = Field(ge=0)
    """Of the machine that drafts without a GPU."""

    gpu_hour: float = Field(ge=0)
    """Of one that drafts on a GPU."""

    utilisation: float = Field(gt=0, le=1)
    """The share of a machine's paid time in which it drafts."""

    agent_minute: float = Field(ge=0)
    """Of an agent, with all that comes with wages."""

    words_read: float = Field(gt=0)
    """What an agent reads in a minute."""

    words_typed: float = Field(gt=0)
    """What an agent changes in a draft, or writes without one, in a minute."""

    accepted_accuracy: float = Field(ge=0, le=1)
    """From this accuracy on, a draft that keeps every rule counts as accepted."""
