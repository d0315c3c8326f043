"""Whether a server answers: asked before one is started, and until it does."""

import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from drafter.errors import ServersFailed
from tasks.environment import LOOPBACK
from tasks.servers.process import Server

POOL = "local"
SECONDS_TO_ANSWER = 180.0
SECONDS_BETWEEN_LOOKS = 0.3


def check_port(port: int, variable: str) -> None:
    """Raises ServersFailed, with the way out, where something listens on `port` already."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            raise ServersFailed(
                f"port {port} is taken by another program: end that, or choose another port, "
                f"as in `make up {variable}={port + 10}`"
            ) from None


def answers(url: str) -> bool:
    """Whether `url` answers with success."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310
            return int(response.status) < 400
    except (OSError, ValueError):
        return False


def speaks(url: str) -> bool:
    """Whether `url` answers, be it that it can't serve yet."""
    try:
        with urllib.request.urlopen(url, timeout=10):  # noqa: S310
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False


def worker_online(api: str) -> bool:
    """Whether a worker polls the pool of the deployment `train/local`."""
    request = urllib.request.Request(  # noqa: S310
        f"{api}/work_pools/{POOL}/workers/filter",
        data=b"{}",
        headers={"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            return any(worker["status"] == "ONLINE" for worker in json.load(response))
    except (OSError, ValueError):
        return False


def wait(server: Server, ready: Callable[[], bool]) -> None:
    """Wait until `ready`. Raises ServersFailed where it takes too long or the server has ended."""
    until = time.monotonic() + SECONDS_TO_ANSWER
    while True:
        server.check()
        if ready():
            print(f"  {server.name} answers", flush=True)
            return
        if time.monotonic() > until:
            raise ServersFailed(
                f"{server.name} does not answer after {SECONDS_TO_ANSWER:.0f} s: see {server.log}"
            )
        time.sleep(SECONDS_BETWEEN_LOOKS)
