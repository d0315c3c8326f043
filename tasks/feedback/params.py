"""What `make feedback` reads from params.yaml."""

from pydantic import ConfigDict, Field

from drafter.section import Section


class FeedbackParams(Section):
    """What an agent's answer to a draft is taken for."""

    read_share: float = Field(gt=0)
    """A draft that was before the agent for less than this share of the time that its words take
    (prices.words_read) was not read."""
    heavy: float = Field(gt=0, le=1)
    """The share of words changed from which on an edit is heavy."""
    low_csat: float
    """A rating up to this one speaks against the reply, on the helpdesk's own scale."""
    least_weight: float = Field(ge=0, le=1)
    """An accepted draft is no example where its agent's yes weighs less than this."""
    most_weight: float = Field(ge=1)
    """No answer weighs more than this many of the average agent's."""
    resamples: int = Field(ge=100)
    """Of the bootstrap, for intervals."""
    confidence: float = Field(gt=0, lt=1)
    """Of the intervals."""


class FeedbackSection(Section):
    """The top-level key that is `make feedback`'s alone."""

    feedback: FeedbackParams


class Pace(Section):
    """Of the section `prices`, what is asked for here."""

    model_config = ConfigDict(extra="ignore")

    words_read: float = Field(gt=0)
    """In a minute."""


class Folder(Section):
    """Of the section `ingest`, what is asked for here."""

    model_config = ConfigDict(extra="ignore")

    feedback: str
    """Where the snapshot lies."""


class Params(FeedbackSection):
    """The top-level keys that `make feedback` reads."""

    ingest: Folder
    prices: Pace
    seed: int
    """Draws the bootstrap's resamples."""
