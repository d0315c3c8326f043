"""What `judge` reads from params.yaml."""

from typing import Literal

from pydantic import Field, model_validator

from drafter.section import Section
from tasks.candidates import Candidate, Hosted, all_names


class Price(Section):
    """US dollars for a million tokens."""

    tokens_in: float = Field(ge=0)
    tokens_out: float = Field(ge=0)


class JudgeParams(Section):
    """A language model that compares two drafts; any endpoint that drafts can also judge."""

    provider: Literal["openai", "anthropic"]
    """Its protocol; the key is read from OPENAI_API_KEY or ANTHROPIC_API_KEY."""

    model: str = Field(min_length=1)
    """Its name at the endpoint."""

    base_url: str | None
    """As the provider's own client takes it: http://127.0.0.1:8000/v1; null: the provider's."""

    champion: str
    """The candidate that each other is compared with."""

    tickets: int = Field(ge=2)
    """Tickets that are judged, drawn by a hash of their ids."""

    repeats: int = Field(ge=2)
    """Times that each question is asked, in each of the two orders."""

    parallel: int = Field(ge=1)
    """Questions on their way at once."""

    temperature: float = Field(ge=0)
    """At 0 repeats tell little; as the judge will be used is best."""

    max_tokens: int = Field(ge=16)
    """Tokens of an answer; a longer one is cut and can't be read."""

    timeout_seconds: int = Field(ge=1)
    """Of one call."""

    price: Price
    """US dollars for a million tokens, as the endpoint's owner says today."""

    max_usd: float = Field(ge=0)
    """No question is asked that could take a run past this."""

    max_unreadable: float = Field(ge=0, le=1)
    """Above this share of answers in another form than was asked for, nothing is concluded."""

    confidence: float = Field(gt=0, lt=1)
    """Of the intervals: 0.95."""


class Params(Section):
    """The top-level keys that `judge` reads."""

    judge: JudgeParams | None
    """A language model that compares drafts; null: none is asked."""

    candidates: dict[str, Candidate]
    hosted: dict[str, Hosted]
    seed: int

    @property
    def names(self) -> list[str]:
        """Everyone who competes. Raises ParamsError where two have one name."""
        return all_names(self.candidates, self.hosted)

    @model_validator(mode="after")
    def _champion_competes(self) -> "Params":
        if self.judge and self.judge.champion not in self.names:
            raise ValueError(
                f"judge.champion is {self.judge.champion!r}, which is no candidate; "
                f"there are {', '.join(self.names)}"
            )
        return self
