"""A customer as the mill and the desk know them: by what they are called, and what is theirs.

It holds personal data, and stays in memory but for var/forget while something is being forgotten
(tasks/forget/journal.py). Nothing of it is printed but ids and counts.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from tasks.forget.needles import Needles


@dataclass
class Person:
    """`key` is the pseudonymous one (tasks/customer_key.py), which the raw ones hash to."""

    key: str
    raw_keys: set[str] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)
    tickets: set[str] = field(default_factory=set)
    """Ids in the exports and the mill."""
    stored: set[str] = field(default_factory=set)
    """Of the desk's store: tickets."""
    drafts: set[str] = field(default_factory=set)
    outcomes: set[str] = field(default_factory=set)
    conversations: set[str] = field(default_factory=set)
    """What helpdesks call the store's tickets: "chatwoot 17"."""
    values: set[str] = field(default_factory=set)
    messages: set[str] = field(default_factory=set)
    """Words in a row that they wrote and nobody else; likewise `replies`, which agents wrote."""
    replies: set[str] = field(default_factory=set)
    shared: int = 0
    """Values and words that others have as well, by which nothing can be told."""

    @property
    def needles(self) -> Needles:
        return Needles(frozenset(self.values), frozenset(self.messages), frozenset(self.replies))

    @property
    def traces(self) -> set[str]:
        """Of the desk's drafts in MLflow (desk/traces.py)."""
        return {f"tr-{draft}" for draft in self.drafts}

    @property
    def names_itself(self) -> set[str]:
        """What says who it is by itself, also inside other customers' rows."""
        return self.emails | {key for key in self.raw_keys if key in self.values}

    def as_json(self) -> dict[str, Any]:
        return {
            name: sorted(value) if isinstance(value, set) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "Person":
        values: dict[str, Any] = {
            name: set(value) if isinstance(value, list) else value for name, value in told.items()
        }
        return cls(**values)
