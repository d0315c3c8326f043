"""What the desk reads from params.yaml."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from desk.helpdesks.params import HelpdeskParams
from drafter.section import Section


def _mode(written: Any) -> Any:
    """YAML reads a bare `off` as false."""
    return "off" if written is False else written


class ChallengerParams(Section):
    """Whether the version with the alias `challenger` drafts as well."""

    mode: Annotated[Literal["off", "shadow", "split"], BeforeValidator(_mode)]
    """`shadow`: for the same tickets, unseen; `split`: for a share of the tickets, in place of the
    champion."""

    share: float = Field(gt=0, lt=1)
    """Of the tickets, in `split`; a conversation stays on its side."""

    seconds: float = Field(gt=0)
    """In `split`, how long a ticket waits for the challenger; then the champion drafts for it."""

    queue: int = Field(ge=1)
    """Tickets that wait for the challenger at most. Beyond, a shadow's are dropped, and a split's
    are the champion's."""


class DeskParams(Section):
    """How the desk serves. Addresses and secrets stand in the environment: see desk/settings.py."""

    batch: int = Field(ge=1)
    """Tickets that are drafted together at most."""

    wait_ms: int = Field(ge=0)
    """How long the first ticket of a batch waits for others, in milliseconds."""

    queue: int = Field(ge=1)
    """Tickets that wait at most; whoever comes later is told to come again (429)."""

    draft_seconds: float = Field(gt=0)
    """How long a draft may take from its request, in seconds (504 beyond)."""

    drain_seconds: int = Field(ge=1)
    """How long the desk, told to end, answers what it has begun; a second signal ends at once."""

    body_kb: int = Field(ge=1)
    """The largest request body, in KiB (413 beyond)."""

    poll_seconds: float = Field(gt=0)
    """How often MLflow is asked who the champion is; its webhook tells sooner."""

    trace: bool
    """Write each draft to MLflow as a trace, and its outcome as the trace's assessments."""

    keep_days: int | None = Field(ge=1)
    """From then on a ticket's text and names are kept in placeholders alone; null: never."""

    hosts: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+(:[0-9]{1,5})?$")]]
    """Other names that the desk may be called by, as `desk.example.com` or `box.lan:4400`."""

    requests_per_minute: int | None = Field(ge=1)
    """From one address, all of them at once if need be (429 beyond); null: any number."""

    challenger: ChallengerParams
    """Another version beside the champion."""

    helpdesks: HelpdeskParams
    """Where else agents see drafts: as internal notes in their helpdesk."""

    @model_validator(mode="after")
    def _answers_before_it_ends(self) -> Self:
        if self.draft_seconds >= self.drain_seconds:
            raise ValueError(
                f"draft_seconds {self.draft_seconds:g} is not below drain_seconds "
                f"{self.drain_seconds}: a desk that is told to end would leave callers unanswered"
            )
        return self

    @model_validator(mode="after")
    def _leaves_the_champion_time(self) -> Self:
        challenger = self.challenger
        if challenger.mode == "split" and challenger.seconds >= self.draft_seconds:
            raise ValueError(
                f"challenger.seconds {challenger.seconds:g} leaves the champion no time: set it "
                f"below draft_seconds, which is {self.draft_seconds:g}"
            )
        return self


class DeskSection(Section):
    """The top-level key that is the desk's alone."""

    desk: DeskParams


class Registered(Section):
    """Of the section `register`, what the desk asks for."""

    model_config = ConfigDict(extra="ignore")

    model: str = Field(min_length=1)


class Curated(Section):
    """Of the section `curate`, what the desk asks for."""

    model_config = ConfigDict(extra="ignore")

    pseudonyms: dict[str, Any]
    """By which an agent's reply is hidden while no version serves, which brings its own."""


class Params(DeskSection):
    """The top-level keys that the desk reads."""

    registry: Registered = Field(alias="register")
    curate: Curated
