"""Calls to a helpdesk: to its own address alone, with a limit for time and for size.

A redirect is not followed: it could carry the token to another host, or ask something inside the
company's network. Nothing that a helpdesk answers is put into a message: it may hold a customer's
words.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from drafter.errors import ReplymillError

if TYPE_CHECKING:
    import httpx2

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SECONDS_TO_CONNECT = 5.0


class Again(ReplymillError):
    """What may pass by itself, and after how many seconds it is said to have."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


class GivenUp(ReplymillError):
    """What does not pass by itself."""


@dataclass(frozen=True)
class Limits:
    """What one answer may take."""

    seconds: float
    answer_kb: int


def usable(url: str) -> str:
    """`url` without a last slash. Raises ValueError where it is not safe to send a token to."""
    parts = urlsplit(url)
    local = parts.hostname in LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise ValueError("must begin with https:// (http:// on loopback alone)")
    if not parts.hostname or parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must be scheme, host and path, with no user, ? or #")
    return url.rstrip("/")


class Caller:
    """Asks one address; `headers` prove who asks."""

    def __init__(self, base: str, headers: Mapping[str, str], limits: Limits) -> None:
        import httpx2

        self._base = usable(base)
        self._limits = limits
        self._client = httpx2.Client(
            headers=dict(headers),
            timeout=httpx2.Timeout(limits.seconds, connect=min(SECONDS_TO_CONNECT, limits.seconds)),
            follow_redirects=False,
        )

    def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Raises Again or GivenUp."""
        answer = self.send("GET", path, query=query)
        try:
            value = json.loads(answer)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise GivenUp("it answered with something else than a JSON object")
        return value

    def send(
        self, method: str, path: str, body: bytes | None = None,
        query: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None,
    ) -> bytes:  # fmt: skip
        """The body of a good answer. Raises Again or GivenUp."""
        import httpx2

        until = time.monotonic() + self._limits.seconds
        sent = {"content-type": "application/json"} | dict(headers or {})
        try:
            with self._client.stream(
                method, self._base + path, content=body, params=query, headers=sent
            ) as response:
                _told(response)
                return self._whole(response, until)
        except httpx2.TimeoutException:
            raise Again("it gave no answer in time") from None
        except httpx2.HTTPError as error:
            raise Again(f"the connection failed ({type(error).__name__})") from None

    def close(self) -> None:
        self._client.close()

    def _whole(self, response: "httpx2.Response", until: float) -> bytes:
        body = b""
        for part in response.iter_bytes():
            body += part
            if len(body) > self._limits.answer_kb * 1024:
                raise GivenUp(f"its answer is larger than {self._limits.answer_kb} KiB")
            if time.monotonic() > until:
                raise Again("it gave no whole answer in time")
        return body


def _told(response: "httpx2.Response") -> None:
    """Raises what a status says."""
    status = response.status_code
    if 200 <= status < 300:
        return
    if status in (408, 409, 425, 429) or status >= 500:
        raise Again(f"it answered {status}", _after(response.headers.get("retry-after")))
    if 300 <= status < 400:
        raise GivenUp(f"it answered {status}, a redirect: put its final address into params.yaml")
    if status in (401, 403):
        raise GivenUp(f"it answered {status}: its token is not the right one, or may not do this")
    raise GivenUp(f"it answered {status}")


def _after(written: str | None) -> float | None:
    """Seconds, or a date, as HTTP has it; None for what can't be read."""
    if written is None:
        return None
    if written.strip().isdecimal():
        return float(written)
    try:
        at = parsedate_to_datetime(written)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
