"""What each request passes behind the guard: no body too large, none at the end, no raw error.

The body is read here, to its cap, whether its length was announced or not; what lies behind finds
it whole. An error that nobody foresaw is answered and logged without its message, which may hold
what it stumbled over.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.api.lingering import linger
from desk.api.problems import problem, status_and_text
from desk.logs import frames, log
from desk.meters import Meters

# who sends this slowly holds a connection, and would hold up the end of the desk
BODY_SECONDS = 20
CLOSE = {"Connection": "close"}


class Edge:
    """Stands between the guard and the routes, in ASGI's own terms."""

    def __init__(self, app: ASGIApp, meters: Meters, body_kb: int) -> None:
        self.app = app
        self.meters = meters
        self.most = body_kb * 1024

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def counted(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                if message["status"] >= 400 and scope["path"] != "/health":
                    self.meters.refusals.labels(str(message["status"])).inc()
            await send(message)

        try:
            await self._passed(scope, receive, counted)
        except Exception as error:
            log.error("%s: %s", scope["method"], frames(error))
            if not begun:
                await problem(scope["path"], *status_and_text(error))(scope, receive, counted)

    async def _passed(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["app"].state.going_down is not None:
            down = "the desk is going down: ask again in half a minute"
            headers = {"Retry-After": "30", **CLOSE}
            await problem(scope["path"], 503, down, headers)(scope, receive, send)
            return
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await self._body(scope, receive)
        except TimeoutError:
            late = f"the body did not come within {BODY_SECONDS} s: send it again"
            await problem(scope["path"], 408, late, CLOSE)(scope, receive, send)
        except _TooLarge:
            large = (
                f"the body is larger than {self.most // 1024} KiB (params.yaml desk.body_kb): hand "
                "in the newest messages alone"
            )
            await linger(problem(scope["path"], 413, large, CLOSE), scope, receive, send)
        except _HungUp:
            pass
        else:
            await self.app(scope, _replayed(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        # so many digits are too many whatever they say, and Python reads no more than 4,300
        if len(announced) > 18 or int(announced) > self.most:
            raise _TooLarge
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _HungUp
            body += message.get("body", b"")
            if len(body) > self.most:
                raise _TooLarge
            if not message.get("more_body", False):
                return bytes(body)


class _TooLarge(Exception):
    """More than may come."""


class _HungUp(Exception):
    """Half a body, and nobody who waits for an answer."""


def _replayed(body: bytes, receive: Receive) -> Receive:
    """`receive` with the body that was received from it before."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return left.pop() if left else await receive()

    return replay
