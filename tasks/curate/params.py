"""What params.yaml says to the stage curate."""

from datetime import date
from typing import Literal

from pydantic import Field

from drafter.section import Section


class PseudonymSection(Section):
    """What a company knows about its own values; the serving side reads the same section."""

    order_patterns: list[str]
    """Regular expressions of order numbers, in Rust's syntax (no look-around)."""
    default_region: str = Field(pattern="^[A-Z]{2}$")
    """Whose national phone numbers are known, as two letters: `US`."""
    keep: list[str]
    """Values that are never replaced, such as the company's own; `@example.com` is a domain."""


class CurateParams(Section):
    """Cleaning, duplicates, macros and splits."""

    languages: list[str] | None
    """Keep tickets in these languages (`en`) or in none that can be told; null keeps all."""
    similarity: float = Field(gt=0.5, le=1.0)
    """Jaccard similarity of word triples from which two texts are near duplicates."""
    leak_limit: float = Field(gt=0.0, le=1.0)
    """The run stops if a val or holdout question is more similar to a train question than this."""
    holdout_share: float = Field(gt=0.0, lt=1.0)
    """Share of the tickets, the newest, that is held out; ignored where `holdout_from` is set."""
    holdout_from: date | None
    """The first day (UTC) of the holdout; null cuts by `holdout_share`."""
    straddlers: Literal["newer", "older"]
    """Which tickets go where a customer, thread or cluster lies on both sides of the cut."""
    val_share: float = Field(ge=0.0, lt=1.0)
    """Share of the groups older than the cut that is used for validation."""
    macro_customers: int = Field(ge=2)
    """A reply sent nearly word for word to this many customers is a macro."""
    macro_copies: int = Field(ge=1)
    """How many tickets with one macro may stand before the cut; the newest stay."""
    batch_rows: int = Field(ge=1)
    """Tickets cleaned at a time by one process; memory grows with it."""
    processes: int = Field(ge=1)
    """Processes that clean batches side by side; a single batch needs no second one."""
    pseudonyms: PseudonymSection
    """How personal data are recognised."""


class Params(Section):
    """The top-level keys that this stage reads."""

    curate: CurateParams
    seed: int
    """Draws the groups of the validation split."""
