"""The process that serves: its socket, and how it ends.

The first SIGTERM, or Ctrl-C, closes the door: what has begun is answered, what comes is refused,
and the exit code is 0. A second one ends at once. Nothing acknowledged is lost either way.
"""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn

from desk.errors import CannotListen

BACKLOG = 128
SIGNALS = (signal.SIGTERM, signal.SIGINT)


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes calls from now on; they wait for the server behind it.

    Raises CannotListen.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        # or else the port stays taken for a minute after a desk has ended
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise CannotListen(
            f"{host}:{port}: {(error.strerror or str(error)).lower()}: end what listens there, or "
            "set REPLYMILL_DESK_PORT to another port (REPLYMILL_DESK_HOST to an address of this "
            "machine)"
        ) from None
    return listening


class Server(uvicorn.Server):
    """uvicorn's, which would end by the signal and so with another code than 0."""

    def __init__(self, config: uvicorn.Config, going_down: Callable[[], None]) -> None:
        super().__init__(config)
        self._going_down = going_down

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self.handle_exit) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self.should_exit:
            # whatever hangs, hangs in a thread that nothing else can end
            os._exit(128 + sig)
        self._going_down()
        self.should_exit = True


def serve(app: Any, listening: socket.socket, drain_seconds: int) -> None:
    """Serve until a signal says otherwise, and what has begun then for so long at most."""

    def going_down() -> None:
        app.state.going_down = time.monotonic()

    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False,
        timeout_graceful_shutdown=drain_seconds,
        # a proxy has a name in desk.hosts; without one, who says X-Forwarded-For makes it up
        proxy_headers=bool(app.state.desk.params.hosts),
    )  # fmt: skip
    Server(config, going_down).run(sockets=[listening])
