"""The names under which the desk may be called.

A page of somebody else's can have its own name point to 127.0.0.1 and then read the desk as if it
were its own (DNS rebinding). The browser still says which name it called: in `Host`.
"""

import re
from collections.abc import Collection

from desk.errors import ForeignHost

LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
_PLACE = re.compile(r"(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253}))(?::([0-9]{1,5}))?")
# a proxy before the desk is called by its name alone
_USUAL_PORTS = (None, 80, 443)

Place = tuple[str, int | None]


class Hosts:
    """This machine's loopback, the address that the desk is `bound` to, and those `named`."""

    def __init__(self, bound: str, named: Collection[str]) -> None:
        self._bound = bound.lower()
        self._named = {place for name in named if (place := place_of(name))}

    def check(self, written: list[str], server: Place | None) -> None:
        """`written` is what `Host` says, `server` where the call came in. Raises ForeignHost."""
        place = place_of(written[0]) if len(written) == 1 else None
        if not self.known(place, server):
            told = f"{written[0]}: " if place else ""
            raise ForeignHost(
                f"Host: {told}not a name of this desk: call it by its own address, or add the name "
                "to desk.hosts in params.yaml"
            )

    def known(self, place: Place | None, server: Place | None) -> bool:
        """Whether `place` is the desk."""
        if place is None:
            return False
        name, port = place
        if place in self._named or ((name, None) in self._named and port in _USUAL_PORTS):
            return True
        # of a desk bound to every address, the one that the call came in by
        ours = server is not None and name in LOCAL | {self._bound, server[0].lower()}
        return ours and server is not None and (port or 80) == server[1]


def place_of(written: str) -> Place | None:
    """`[::1]:4400` as ("::1", 4400); None where it is none."""
    found = _PLACE.fullmatch(written.strip().lower())
    if found is None:
        return None
    return found[1] or found[2], int(found[3]) if found[3] else None
