"""Serve the desk: `python -m desk`."""

import argparse
import sys
from pathlib import Path

from desk.settings import __doc__ as environment


def main() -> None:
    """Parse the command line and serve until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="python -m desk",
        description=environment,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of params.yaml (.)")
    root = parser.parse_args().root.resolve()

    from drafter.quiet import quiet_environment

    quiet_environment()
    # While one thread drafts, the one that loads a new version gives the interpreter up and waits
    # for it hundreds of times; at Python's own 5 ms each that took 1.7 times as long.
    sys.setswitchinterval(0.0005)

    import uvicorn

    from desk.app import create_app, open_desk
    from desk.params import Params
    from desk.settings import Settings
    from drafter.errors import ReplymillError
    from drafter.section import load_section

    try:
        settings = Settings.from_environment(root)
        desk = open_desk(load_section(root / "params.yaml", Params), settings)
    except ReplymillError as error:
        sys.exit(f"desk: {error}")
    uvicorn.run(
        create_app(desk), host=settings.host, port=settings.port, access_log=False,
        timeout_graceful_shutdown=30, server_header=False,
    )  # fmt: skip


if __name__ == "__main__":
    main()
