"""HTTP as the official clients use it here: a limit for a whole answer, no redirects, no retries.

A client's own timeout is for each read, so a server that sends a byte now and then is never timed
out; here the clock runs from the request until the last byte. A redirect is not followed: it could
carry the key to another host. Retries are ours (drafter.hosted.asking), because each costs money.
"""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from drafter.hosted.failure import CallFailed

if TYPE_CHECKING:
    import httpx2

Given = TypeVar("Given")

SECONDS_TO_CONNECT = 10.0
STARTED = "replymill_started"


def http_client(seconds: float) -> "httpx2.Client":
    """A client whose answers take at most `seconds`, from the request to their end."""
    import httpx2

    class Limited(httpx2.SyncByteStream):
        def __init__(self, stream: "httpx2.SyncByteStream", until: float) -> None:
            self._stream, self._until = stream, until

        def __iter__(self) -> Iterator[bytes]:
            for part in self._stream:
                if time.monotonic() > self._until:
                    raise httpx2.ReadTimeout(f"no whole answer in {seconds:g} s")
                yield part

        def close(self) -> None:
            self._stream.close()

    def begin(request: "httpx2.Request") -> None:
        request.extensions[STARTED] = time.monotonic()

    def limit(response: "httpx2.Response") -> None:
        assert isinstance(response.stream, httpx2.SyncByteStream)
        until = response.request.extensions[STARTED] + seconds
        response.stream = Limited(response.stream, until)

    return httpx2.Client(
        timeout=httpx2.Timeout(seconds, connect=min(SECONDS_TO_CONNECT, seconds)),
        follow_redirects=False,
        event_hooks={"request": [begin], "response": [limit]},
    )


def told(library: Any, call: Callable[[], Given]) -> Given:
    """What `call` of an official client gives; raises CallFailed for whatever goes wrong in it.

    `library` is anthropic or openai, whose errors bear the same names. Their errors hold the
    request, and with it the key: none of them goes further.
    """
    import httpx2

    try:
        return call()
    except (library.APITimeoutError, httpx2.TimeoutException) as error:
        # nothing was sent where even the connection timed out
        sent = not isinstance(error.__cause__ or error, httpx2.ConnectTimeout)
        raise CallFailed("timeout", again=True, billed=sent) from None
    except library.APIStatusError as error:
        raise CallFailed.of_status(error.response) from None
    except (library.APIConnectionError, httpx2.HTTPError) as error:
        if isinstance(error.__cause__ or error, httpx2.ConnectError):
            raise CallFailed("no connection", again=True, billed=False) from None
        raise CallFailed("cut", again=True, billed=True) from None
    except (library.APIError, ValueError):
        # no JSON, or of another shape than the client's own objects
        raise CallFailed("malformed answer (no JSON)", again=True, billed=True) from None
