"""One version, loaded: what drafts, and what it is called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from drafter.live import LiveDraft
from drafter.pseudonyms import Hidden


class Writes(Protocol):
    """Drafts for live tickets; `drafter.live.LiveDrafter` is one."""

    def write(self, tickets: Sequence[Mapping[str, Any]]) -> list[LiveDraft]: ...

    def hide_reply(self, reply: str, values: Mapping[str, str]) -> Hidden: ...


@dataclass(frozen=True)
class Served:
    """A version of the registered model that has passed its self-check."""

    version: str
    candidate: str
    drafter: Writes
