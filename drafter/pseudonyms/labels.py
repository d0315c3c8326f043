"""The kinds of placeholder, and what a company may say about its own values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

# In this order of right: where two finds overlap, the kind that stands first keeps its text.
# An e-mail address may hold a name, a card number may look like a phone number.
LABELS = ("EMAIL", "IBAN", "CARD", "ORDER", "PHONE", "NAME")

# A placeholder as it stands in text, in Rust's and in Python's syntax.
PLACEHOLDER = r"\[(?:EMAIL|IBAN|CARD|ORDER|PHONE|NAME)_[0-9]+\]"

# Letters and digits for a character class. The scripts in use by a few wide ranges: Unicode's own
# tables (\p{L}) take milliseconds to compile, each time.
LETTERS = r"0-9A-Za-z\u{c0}-\u{24f}\u{370}-\u{1fff}\u{2c00}-\u{2dff}\u{3040}-\u{d7ff}"


class PseudonymRules(Protocol):
    """What the finders need to know; the section `curate.pseudonyms` of params.yaml fits."""

    @property
    def order_patterns(self) -> Sequence[str]:
        """Regular expressions of order numbers (Rust syntax: no look-around); case is ignored."""

    @property
    def default_region(self) -> str:
        """Whose national phone numbers are known, as two letters (ISO 3166): `US`."""

    @property
    def keep(self) -> Sequence[str]:
        """Values that are never replaced, such as the company's own; `@example.com` is a domain."""


@dataclass(frozen=True)
class PseudonymParams:
    """`PseudonymRules` as plain values, for serving and tests."""

    order_patterns: Sequence[str]
    default_region: str
    keep: Sequence[str]
