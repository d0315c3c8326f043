"""What a request passes before anything of it is read: Host, rate, Origin, token, in that order.

/hooks/* is called by servers and proves itself by its signatures: of the rest it passes Host alone.
"""

import time

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.api.lingering import linger
from desk.api.problems import problem
from desk.errors import DeskRefused, NoToken
from desk.meters import Meters
from desk.safety.hosts import Hosts
from desk.safety.login import LOGIN, ask_to_sign_in
from desk.safety.origins import check_origin
from desk.safety.rate import Rate
from desk.safety.token import Token

HOOKS = "/hooks/"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    # an answer of the API may be a ticket
    "Cache-Control": "no-store",
}
# what was not read of a body would be taken for the next request
CLOSE = {"Connection": "close"}


class Guard:
    """The outermost part of the application; also puts the headers on whatever lacks them."""

    def __init__(
        self, app: ASGIApp, meters: Meters, hosts: Hosts, rate: Rate | None, token: Token | None
    ) -> None:
        self.app = app
        self.meters = meters
        self.hosts = hosts
        self.rate = rate
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        caller = HTTPConnection(scope)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            self._check(caller)
        except DeskRefused as error:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            self.meters.refusals.labels(str(error.status)).inc()
            answer = (
                ask_to_sign_in(caller)
                if isinstance(error, NoToken) and _is_page(caller)
                else problem(
                    scope["path"], error.status, str(error), {**error.headers, **CLOSE},
                    code=error.code,
                )
            )  # fmt: skip
            await linger(answer, scope, receive, with_headers)
        else:
            await self.app(scope, receive, with_headers)

    def _check(self, caller: HTTPConnection) -> None:
        """Raises DeskRefused."""
        path, server = caller.scope["path"], caller.scope.get("server")
        self.hosts.check(caller.headers.getlist("host"), server)
        if path.startswith(HOOKS):
            return
        if self.rate is not None and caller.client:
            self.rate.take(caller.client.host, time.monotonic())
        check_origin(caller.scope.get("method", "GET"), caller.headers, self.hosts, server)
        if self.token and not is_open(path) and not self.token.shown_by(caller, time.time()):
            raise NoToken(
                "Authorization: the desk asks for its token: send `Authorization: Bearer …` with "
                "what REPLYMILL_DESK_TOKEN was set to where it was started"
            )


def is_open(path: str) -> bool:
    """What is answered without a token: nothing of a ticket."""
    return path in ("/health", LOGIN) or path.startswith("/static/")


def _is_page(caller: HTTPConnection) -> bool:
    """Whether a person waits for a page, whom a form helps more than a line of JSON."""
    return caller.scope["method"] == "GET" and "text/html" in caller.headers.get("accept", "")
