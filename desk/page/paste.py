"""A conversation that somebody pastes, as messages.

    Customer: Where is my parcel?        {"role": "customer", "text": "Where is my parcel?"}
    Agent: On its way.                   {"role": "agent", "text": "On its way."}
    Customer: Since Monday?              {"role": "customer", "text": "Since Monday?"}

A text without such a line is one message of the customer.
"""

import re
from typing import Any

_SPEAKER = re.compile(r"^[ \t]*(customer|agent)[ \t]*:[ \t]*", re.IGNORECASE | re.MULTILINE)


def conversation(text: str) -> list[dict[str, Any]]:
    """The messages of `text`, oldest first; what stands before any speaker is the customer's."""
    first, *spoken = _SPEAKER.split(text)
    parts = [("customer", first), *zip(spoken[::2], spoken[1::2], strict=True)]
    return [{"role": role.lower(), "text": said.strip()} for role, said in parts if said.strip()]
