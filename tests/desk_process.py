"""A desk in a process of its own whose generator takes its time: for what signals do to it.

python -m tests.desk_process FOLDER SECONDS [PARAM=NUMBER ...]
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from desk.app import create_app
from desk.server import listen, serve
from drafter.generate import Generation, Prompt
from tests.desks import make_desk
from tests.slow_drafters import TEXT


class Slow:
    """Takes so many seconds for a batch."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]:
        print("drafting", flush=True)
        time.sleep(self.seconds)
        return [Generation(TEXT) for _ in prompts]


def main() -> None:
    folder, seconds, *given = sys.argv[1:]
    params = {name: float(value) for name, _, value in (one.partition("=") for one in given)}
    desk = make_desk(Path(folder), Slow(float(seconds)), **params)
    listening = listen("127.0.0.1", 0)
    print(listening.getsockname()[1], flush=True)
    serve(create_app(desk), listening, desk.params.drain_seconds)


if __name__ == "__main__":
    main()
