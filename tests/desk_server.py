"""A desk behind a real uvicorn, in a thread, for what only a real connection shows."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from desk.app import create_app
from desk.desk import Desk
from desk.server import listen


@contextmanager
def serving(desk: Desk) -> Iterator[str]:
    """`desk`'s address while it serves."""
    listening = listen("127.0.0.1", 0)
    config = uvicorn.Config(create_app(desk), log_level="warning", timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


def until(there: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until `there()` is true."""
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def connect(address: str) -> socket.socket:
    """A bare connection, for what no client of HTTP would send."""
    host, port = address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)
