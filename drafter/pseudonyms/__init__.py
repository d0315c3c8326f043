"""Personal data become typed, numbered placeholders before anything learns from a ticket.

    "Hi Jo, I sent it to jo@example.com"  ->  "Hi [NAME_1], I sent it to [EMAIL_1]"

The same value has the same number within a ticket, counted by first appearance in the subject,
the messages and the reply. `pseudonymise` does whole ticket tables for training; `hide` and
`restore` do one ticket in serving, by the same rules, because they call the same code.
"""

from drafter.pseudonyms.labels import LABELS, PseudonymParams, PseudonymRules
from drafter.pseudonyms.replace import Hidden, Pseudonyms, pseudonymise, restore

__all__ = [
    "LABELS",
    "Hidden",
    "PseudonymParams",
    "PseudonymRules",
    "Pseudonyms",
    "pseudonymise",
    "restore",
]
