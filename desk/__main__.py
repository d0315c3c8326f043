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

    import uvicorn

    from desk.app import create_app, open_desk
    from desk.helpdesks.opened import open_incoming
    from desk.params import Params
    from desk.settings import Settings
    from drafter.errors import ReplymillError
    from drafter.section import load_section

    try:
        settings = Settings.from_environment(root)
        params = load_section(root / "params.yaml", Params)
        desk = open_desk(params, settings)
        incoming = open_incoming(desk, params.desk.helpdesks)
    except ReplymillError as error:
        sys.exit(f"desk: {error}")
    uvicorn.run(
        create_app(desk, incoming), host=settings.host, port=settings.port, access_log=False,
        timeout_graceful_shutdown=30, server_header=False,
    )  # fmt: skip


if __name__ == "__main__":
    main()
