"""What `preferences` reads from params.yaml."""

from typing import Literal

from pydantic import Field

from drafter.section import Section

ORIGINS = ("edit", "rivals", "outdated", "rule")


class Weights(Section):
    """How much a pair of each origin counts in training; 0 leaves the origin out."""

    edit: float = Field(ge=0)
    """What an agent changed in a draft."""
    rivals: float = Field(ge=0)
    """The answer that was chosen, beside one that was not."""
    outdated: float = Field(ge=0)
    """Two replies of which one contradicts the clause in the prompt."""
    rule: float = Field(ge=0)
    """A human's reply beside a draft of the model's own that breaks a rule."""


class LengthParams(Section):
    """What is done against learning that longer is better."""

    same: float = Field(gt=1, le=2)
    """The ratio chosen/rejected that counts as equal. The mean ratio of each origin, and so of all,
    ends between 1/same and same."""
    most: float = Field(gt=1)
    """A pair is left out where one reply is more than so many times as long as the other."""


class PreferencesParams(Section):
    """Where pairs come from, and which are kept."""

    weights: Weights
    """By origin."""
    most: int = Field(ge=1)
    """Pairs of one origin in one split, at most; a hash of the ticket decides which."""
    length: LengthParams
    """Bounds on the length ratio."""
    clear_votes: int = Field(ge=1)
    """A rival has lost where the chosen answer has at least so many votes more."""
    clear_csat: float = Field(gt=0)
    """Or where the customer rated it so much higher, on the export's own scale."""
    chunks: int = Field(ge=1)
    """Clauses in the prompt, at most; the same as draft.chunks."""
    without_policy: float = Field(ge=0, le=1)
    """Share of the tickets whose pairs show no clause, where no figure tells the replies apart."""
    drafted_tickets: int = Field(ge=0)
    """Training tickets that the SFT model drafts twice, with and without clauses, for `rule`."""
    max_new_tokens: int = Field(ge=1)
    """A draft that is longer is cut, and left out."""
    batch_size: int = Field(ge=1)
    """Drafts at once; a killed stage goes on after its last whole batch."""
    device: Literal["auto", "cpu", "cuda"]
    """Where the model drafts; auto: a GPU if there is one."""
    threads: int | None = Field(ge=1)
    """CPU threads while drafting; null: as many as there are cores."""


class Params(Section):
    """The top-level keys that `preferences` reads."""

    preferences: PreferencesParams
    rules: str
    """The file of rules that the model's own drafts are held against; the guard's."""
    seed: int
    """Draws which tickets are drafted, shown without clauses, and kept where there are too many."""
