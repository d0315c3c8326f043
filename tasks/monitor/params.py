"""What `monitor` reads from params.yaml."""

from typing import Literal

from pydantic import ConfigDict, Field

from desk.params import Registered
from drafter.section import Section
from tasks.missing import Missing

Name = Literal[
    "acceptance", "edits", "abstention", "findings", "seconds", "topics", "length", "meaning"
]


class MonitorParams(Section):
    """What is watched, and how much must have changed before anybody is told."""

    alpha: float = Field(gt=0, lt=1)
    """How likely one or more of all series raise an alarm, ever, while nothing has changed; and as
    likely anything is concluded of a challenger that is like the champion."""

    alarms: list[Name]
    """The series whose alarms start a training run; the others are shown on the page alone."""

    effect: float = Field(gt=0)
    """The change that is found soonest, in standard deviations of one ticket's value."""

    baseline: int = Field(ge=20)
    """A version's first values, with which later ones are compared; no alarm before them."""

    baseline_days: int = Field(ge=5)
    """The same for `seconds`, of which each day gives one value."""

    least: int = Field(ge=1)
    """A day with fewer values is looked at together with the next."""

    draws: int = Field(ge=99)
    """By lot, to say how unusual a day's mix of topics is."""

    recent_days: int = Field(ge=1)
    """The days of which topics, policies and missing knowledge are shown."""

    embedder: str
    """`minilm`, a folder, or `hub-id@revision`; null hash: not checked."""

    embedder_sha256: str | None

    anchors: int = Field(ge=10)
    """Training tickets to which the distance of others is measured, and as many more of which the
    distance is known; drawn by hash."""

    neighbours: int = Field(ge=1)
    """The nearest anchors, of which the mean distance counts."""


class MonitorSection(Section):
    """The top-level key that is the monitor's alone."""

    monitor: MonitorParams


class Shared(Section):
    """Of the section `decide`, what the monitor asks for."""

    model_config = ConfigDict(extra="ignore")

    missing: Missing


class Params(MonitorSection):
    """The top-level keys that the monitor reads."""

    decide: Shared
    registry: Registered = Field(alias="register")
    seed: int
