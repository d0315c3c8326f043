"""A desk over a small drafter, served by a process of its own: `python -m tests.small_desk`."""

import sys
from pathlib import Path

import uvicorn

from desk.app import create_app
from tests.desks import make_desk


def main() -> None:
    """FOLDER PORT"""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    desk = make_desk(folder)
    uvicorn.run(create_app(desk), port=port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
