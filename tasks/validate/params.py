"""The section `validate` of params.yaml: what makes a row bad, and when the whole is bad.

A bad row is set aside with its reason. An expectation is about the whole: `at_least` or `at_most`
a number, and whether missing it stops the run (`critical`) or is shown and recorded (`warning`).
A share is of all rows that came in, unless its description says otherwise.
"""

from typing import Literal

from pydantic import AwareDatetime, Field

from drafter.section import Section

Severity = Literal["critical", "warning"]


class AtLeast(Section):
    """The number must not be lower."""

    at_least: float
    severity: Severity


class AtMost(Section):
    """The number must not be higher."""

    at_most: float
    severity: Severity


class TicketExpectations(Section):
    """What must hold for the tickets."""

    rows_in: AtLeast
    """Tickets that ingest read."""
    kept: AtLeast
    """Tickets that are left."""
    quarantined_share: AtMost
    """Tickets set aside, for whatever reason."""
    duplicate_share: AtMost
    """Tickets whose id an earlier one already has."""
    no_reply_share: AtMost
    """Tickets that an agent never answered with words."""
    no_question_share: AtMost
    """Tickets in which no customer says anything."""
    impossible_time_share: AtMost
    """Tickets without a time, or with one outside `times`."""
    out_of_order_share: AtMost
    """Tickets with a message later than the one that is answered."""
    unknown_role_share: AtMost
    """Tickets with a message by somebody who is neither customer nor agent."""
    too_long_share: AtMost
    """Tickets with a text longer than `most_characters`."""
    no_customer_share: AtMost
    """Kept tickets whose customer is not known: these cannot be kept in one split."""
    customers: AtLeast
    """Customers of the kept tickets: with few of them, splits by customer are lopsided."""


class PolicyExpectations(Section):
    """What must hold for the policies."""

    rows_in: AtLeast
    """Policy texts that ingest read."""
    kept: AtLeast
    """Policy texts that are left."""
    quarantined_share: AtMost
    """Policy texts set aside, for whatever reason."""
    overlapping_periods: AtMost
    """Documents with two texts in force on one day."""
    no_url_share: AtMost
    """Kept policy texts that have no URL to link to."""
    hidden_text: AtMost
    """Kept policy texts of which something was taken out that none of their readers sees."""
    speaks_to_a_model: AtMost
    """Kept policy texts that tell a model what to write, as no text for people does."""
    lone_hosts: AtMost
    """Kept policy texts whose URL is on a host that no other document's is on."""


class TogetherExpectations(Section):
    """What must hold for tickets and policies taken together."""

    before_policies_share: AtMost
    """Kept tickets from a day on which no policy was in force."""
    unresolved_cites_share: AtMost
    """References of replies to a document that is not among the policies."""
    foreign_locale_share: AtMost
    """Kept tickets in a language that no policy is written in."""


class Times(Section):
    """The days between which a ticket can have been written."""

    first: AwareDatetime
    """An earlier time is a clock that was never set."""
    last: AwareDatetime
    """A later time is a typing error."""


class ValidateParams(Section):
    """The section `validate`."""

    most_characters: int = Field(gt=0)
    """A longer message, reply or policy is set aside: a log file, not a letter."""
    placeholders: list[str]
    """What people type where they have nothing to say; case and space around it do not count."""
    times: Times
    tickets: TicketExpectations
    policies: PolicyExpectations
    together: TogetherExpectations


class Params(Section):
    """What this stage reads of params.yaml."""

    validate_: ValidateParams = Field(alias="validate")
