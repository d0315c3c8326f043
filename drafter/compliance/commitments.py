"""What companies commit themselves to, by theme: the words that a clause has where it speaks of it.

A way to speak of it is one expression, or several that all stand in the clause, in any order. They
are English, and wide on purpose: drafter/compliance/promises.py leaves out what states nothing.
"""

from drafter.compliance.charges import FREE, WAIVER
from drafter.compliance.guarantees import GUARANTEE
from drafter.compliance.leniency import EXCEPTION
from drafter.compliance.payments import COMPENSATION, DISCOUNT, REFUND
from drafter.compliance.replacements import REPLACEMENT
from drafter.compliance.vocabulary import Words

COMMITMENTS: dict[str, list[Words]] = {
    "refund": REFUND,
    "free": FREE,
    "guarantee": GUARANTEE,
    "waiver": WAIVER,
    "exception": EXCEPTION,
    "replacement": REPLACEMENT,
    "discount": DISCOUNT,
    "compensation": COMPENSATION,
}
THEMES = tuple(COMMITMENTS)
