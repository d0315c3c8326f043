"""What the desk itself takes: requests a second with a generator that writes nothing but one text.

    python -m benchmarks.desk_requests

The desk runs in a process of its own, with a store on disk, pseudonyms, the guard and an index of
one clause; the clients share the machine with it.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.desk_load import load, table
from tests.desks import TICKET

CLIENTS = (1, 4, 16)


def serve_says(folder: Path) -> None:
    """A desk over `tests.live_drafters.Says` until it is told to end."""
    from desk.app import create_app
    from desk.server import listen, serve
    from tests.desks import make_desk

    with listen("127.0.0.1", 0) as listening:
        print(listening.getsockname()[1], flush=True)
        serve(create_app(make_desk(folder)), listening, drain_seconds=30)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.desk_requests",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--requests", type=int, default=1000, help="requests for each row (1000)")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve_says(arguments.serve)
        return
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.desk_requests", "--serve", folder],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            load(process.pid, port, [TICKET] * 50, 4)
            rows = [
                ("Says", load(process.pid, port, [TICKET] * arguments.requests, clients))
                for clients in CLIENTS
            ]
        finally:
            process.terminate()
            process.communicate()
    print(table(rows, "generator"))


if __name__ == "__main__":
    main()
