"""What goes wrong with one call, and what follows from it."""

from dataclasses import dataclass
from typing import Any

# The request can't be right for any ticket: the key, its rights, the address or the model.
HOPELESS = (401, 403, 404, 405)
# A 4xx that passes by itself: a timeout, a lock, a rate limit.
PASSING = (408, 409, 425, 429)

MEANING = {
    400: "bad request", 401: "the key is refused", 403: "the key may not do this",
    404: "no such model or address", 413: "too large", 422: "bad request", 429: "rate limit",
}  # fmt: skip


@dataclass
class CallFailed(Exception):
    """One call gave no answer. `reason` is short and holds nothing that was sent or received."""

    reason: str
    again: bool
    """Whether the same call may succeed later."""
    billed: bool
    """Whether the provider may have worked, and so may ask for money."""
    hopeless: bool = False
    """Whether no other ticket would fare better."""
    status: int | None = None
    """Of HTTP, where there was one."""
    wait: float | None = None
    """Seconds that the server asks to wait for before the next try."""

    def __str__(self) -> str:
        return self.reason

    @classmethod
    def of_status(cls, response: Any) -> "CallFailed":
        """The failure that an HTTP status tells; an error is never billed."""
        status = int(response.status_code)
        meaning = MEANING.get(status, "server error" if status >= 500 else "refused")
        return cls(
            f"HTTP {status}, {meaning}",
            again=status in PASSING or status >= 500,
            billed=False,
            hopeless=status in HOPELESS or 300 <= status < 400,
            status=status,
            wait=retry_after(response.headers),
        )


def retry_after(headers: Any) -> float | None:
    """Seconds of a Retry-After header, which is a number or a date; None where there is none."""
    import time
    from email.utils import parsedate_to_datetime

    written = headers.get("retry-after")
    if not written:
        return None
    try:
        return max(float(written), 0.0)
    except ValueError:
        pass
    try:
        return max(parsedate_to_datetime(written).timestamp() - time.time(), 0.0)
    except ValueError:
        return None
