"""Personal data in a draft: real values, and placeholders that are not the ticket's.

A draft is written from placeholders, so a real value in it was learned from somewhere, or made up.
"""

import re
from collections.abc import Iterator, Sequence

from drafter.pseudonyms import PseudonymParams
from drafter.pseudonyms.labels import PLACEHOLDER

# What every find has: an @, six digits near each other, or an IBAN's beginning. Looking closer
# takes milliseconds, and hardly a draft has any of them.
MAY_HOLD = re.compile(r"@|\d(?:[^\w\n]{0,3}\d){5}|\b[A-Za-z]{2}\d{2}[ .-]?[A-Za-z0-9]{4}")
# The customer and the agent: a draft greets and signs, though the ticket may name neither.
PEOPLE = 2

_PLACEHOLDER = re.compile(PLACEHOLDER)


def real_values(
    draft: str, labels: Sequence[str], own: Sequence[str], region: str
) -> Iterator[tuple[tuple[int, int], str]]:
    """E-mails, phones, cards and IBANs by drafter/pseudonyms, but for the company's `own`."""
    if not MAY_HOLD.search(draft):
        return
    import polars as pl

    from drafter.pseudonyms.replace import PEOPLE as NOBODY
    from drafter.pseudonyms.replace import find_all

    kinds = {"row": pl.Int64, "ticket": pl.Int64, "text": pl.String}
    table = pl.DataFrame({"row": [0], "ticket": [0], "text": [draft]}, schema=kinds)
    rules = PseudonymParams(order_patterns=(), default_region=region, keep=own)
    found = find_all(table, pl.DataFrame(schema=NOBODY), rules)
    coded = draft.encode()
    for start, end, label in found.select("start", "end", "label").iter_rows():
        if label in labels:
            begin = len(coded[:start].decode())
            yield (begin, begin + len(coded[start:end].decode())), label


def strange_placeholders(
    draft: str, said: Sequence[str], echoes: Sequence[str]
) -> Iterator[tuple[tuple[int, int], str]]:
    """Placeholders that the ticket lacks, and those of the kinds `echoes` even if it has them.

    Who is known from the ticket's metadata alone has the next free numbers: [NAME_1] and [NAME_2]
    where the ticket names nobody.
    """
    known = {match[0] for text in said for match in _PLACEHOLDER.finditer(text)}
    numbers = [int(name[6:-1]) for name in known if name.startswith("[NAME_")]
    named = max(numbers, default=0) + PEOPLE
    for match in _PLACEHOLDER.finditer(draft):
        label, _, number = match[0][1:-1].partition("_")
        if label in echoes:
            yield match.span(), f"{match[0]} would be the customer's own"
        elif match[0] not in known and not (label == "NAME" and int(number) <= named):
            yield match.span(), f"{match[0]} stands for nothing in the ticket"
