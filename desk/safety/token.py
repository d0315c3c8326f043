"""The desk's token: as programs show it, and the cookie that stands for it in a browser."""

import hashlib
import hmac

from starlette.requests import HTTPConnection

COOKIE = "desk_login"
HOURS = 12
_CLOCKS_APART = 60


class Token:
    """Compared by its hash, in a time that says nothing of how much was right."""

    def __init__(self, token: str) -> None:
        self._key = _hash(token)

    def is_it(self, shown: str) -> bool:
        return hmac.compare_digest(_hash(shown), self._key)

    def shown_by(self, caller: HTTPConnection, now: float) -> bool:
        """By `Authorization: Bearer …`, or by the cookie of who has signed in."""
        scheme, _, shown = caller.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.is_it(shown.strip()):
            return True
        issued, _, signature = caller.cookies.get(COOKIE, "").partition(".")
        if not (issued.isascii() and issued.isdigit() and len(issued) < 12):
            return False
        age = now - int(issued)
        fresh = -_CLOCKS_APART <= age <= HOURS * 3600
        return fresh and hmac.compare_digest(signature.encode(), self._sign(issued).encode())

    def cookie(self, now: float) -> str:
        """When it was issued, signed with the token; another token ends it."""
        issued = str(int(now))
        return f"{issued}.{self._sign(issued)}"

    def _sign(self, issued: str) -> str:
        return hmac.new(self._key, f"desk login {issued}".encode(), hashlib.sha256).hexdigest()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
