"""Which links, addresses and numbers are the house's own, by the list in its rules."""

import re
from collections.abc import Sequence

from drafter.guard import Fact


def is_own(fact: Fact, own: Sequence[str]) -> bool:
    """Whether it is one of the house's own values, or of a domain of its own."""
    for name in map(str.casefold, own):
        if name.startswith("@"):
            host = fact.value.partition("@")[2] or fact.value
            host = re.split(r"[/:?#]", host, maxsplit=1)[0].casefold()
            if fact.kind in ("email", "link") and (
                host == name[1:] or host.endswith("." + name[1:])
            ):
                return True
        elif name == fact.value.casefold() or re.sub(r"\D", "", name) == fact.value:
            return True
    return False
