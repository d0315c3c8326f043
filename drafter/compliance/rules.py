"""The form of compliance.yaml: frozen, with a docstring under each key, unknown keys refused.

What a rule leaves out is empty and asks nothing; there is no other default.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from drafter.compliance.commitments import THEMES
from drafter.guard import KINDS as FACTS


def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of a rule: Python's syntax, any case, `^` and `$` at each line."""
    return _compiled(pattern)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.MULTILINE)


def _usable(pattern: str) -> str:
    try:
        found = compiled(pattern).search("")
    except re.error as error:
        raise ValueError(
            f"this is no regular expression ({error}): write it in the syntax of Python's re, and "
            "a sign such as ( or ? that is meant as itself with a \\ before it"
        ) from None
    if found:
        raise ValueError(
            "this matches the empty text, and so every text: name a character that must be there"
        )
    return pattern


def _known(what: str, names: Sequence[str]) -> AfterValidator:
    def check(name: str) -> str:
        if name not in names:
            raise ValueError(f"there is no such {what}: write one of {', '.join(names)}")
        return name

    return AfterValidator(check)


Pattern = Annotated[str, Field(min_length=1), AfterValidator(_usable)]
Patterns = Annotated[tuple[Pattern, ...], Field(min_length=1)]
Theme = Annotated[str, _known("kind of promise", THEMES)]
FactKind = Annotated[str, _known("kind of fact", FACTS)]
Label = Literal["EMAIL", "PHONE", "CARD", "IBAN"]
Source = Literal["policy", "ticket"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class When(_Strict):
    """The tickets that a rule is for: all that is given must fit. Any ticket, if nothing is."""

    topic: tuple[str, ...] = ()
    """The ticket's topic is one of these."""
    locale: tuple[str, ...] = ()
    """Its locale begins with one of these: `en` fits en-IE."""
    channel: tuple[str, ...] = ()
    """It came by one of these."""
    ticket: tuple[Pattern, ...] = ()
    """Its subject or a customer's message has a match of one of these."""


class _Rule(_Strict):
    message: str = Field(min_length=1)
    """What a person is told who sees the draft held back."""
    when: When = When()


class MustSay(_Rule):
    """The draft has to have a match of one of the patterns."""

    kind: Literal["must_say"]
    say: Patterns


class MustNotSay(_Rule):
    """The draft must not have a match of any of the patterns."""

    kind: Literal["must_not_say"]
    say: Patterns
    unless_in: tuple[Source, ...] = ()
    """Where the very words that matched may stand already; then they may be said."""


class Promise(_Rule):
    """The draft commits the company to nothing that no policy in force grants."""

    kind: Literal["promise"]
    of: Annotated[tuple[Theme, ...], Field(min_length=1)]
    also: dict[Theme, Patterns] = {}
    """How your own house says such a thing, where that is not plain English."""


class PersonalData(_Rule):
    """The draft shows nobody's data, and no placeholder that it made up."""

    kind: Literal["personal_data"]
    values: tuple[Label, ...]
    """Kinds of real values that must not stand in a draft."""
    echoes: tuple[str, ...]
    """Kinds of placeholders that must not, even where the customer wrote such a value."""
    own: tuple[str, ...]
    """The company's own addresses and numbers, which may; `@example.com` is a domain."""
    region: str = Field(pattern=r"^[A-Z]{2}$")
    """Whose national phone numbers are known, as two letters."""


class Claims(_Rule):
    """What the draft states is in the policy in force or in the ticket."""

    kind: Literal["claims"]
    facts: Annotated[tuple[FactKind, ...], Field(min_length=1)]
    """Kinds of facts that are held against it."""
    mark: tuple[FactKind, ...] = ()
    """Kinds that agents see marked where the ticket alone says it, or a policy of something that
    is not the house's own; such a draft is not held back."""


class Disguise(_Rule):
    """Each letter of the draft is what it looks like, and none is unseen."""

    kind: Literal["disguise"]


Rule = Annotated[
    MustSay | MustNotSay | Promise | PersonalData | Claims | Disguise,
    Field(discriminator="kind"),
]
KINDS: dict[str, type[_Rule]] = {
    "must_say": MustSay,
    "must_not_say": MustNotSay,
    "promise": Promise,
    "personal_data": PersonalData,
    "claims": Claims,
    "disguise": Disguise,
}


class Rules(_Strict):
    """The whole of compliance.yaml."""

    clauses: int = Field(ge=1)
    """So many of the clauses found in force count as the policy at serving; `retrieve.k` brings as
    many to evaluation."""
    least_read: float | None = Field(default=None, gt=0, le=1)
    """A draft is held back as `cut` where the model read a smaller share of what the customer wrote
    last; null never."""
    rules: dict[str, Rule]
    """By name; checked in this order."""
