"""Serve the desk: `python -m desk`."""

import argparse
import os
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

    from desk.params import Params
    from desk.server import listen, serve
    from desk.settings import Settings
    from drafter.errors import ReplymillError
    from drafter.section import load_section

    try:
        params = load_section(root / "params.yaml", Params)
        settings = Settings.from_environment(root)
        with listen(settings.host, settings.port) as listening:
            host = f"[{settings.host}]" if ":" in settings.host else settings.host
            port = listening.getsockname()[1]
            # before the rest is loaded: who calls already now waits for a second
            print(f"desk: http://{host}:{port} (process {os.getpid()})", flush=True)

            from desk.app import create_app, open_desk
            from desk.helpdesks.opened import open_incoming

            desk = open_desk(params, settings)
            incoming = open_incoming(desk, params.desk.helpdesks)
            app = create_app(desk, incoming, settings.host, settings.token)
            serve(app, listening, params.desk.drain_seconds)
    except ReplymillError as error:
        sys.exit(f"desk: {error}")


if __name__ == "__main__":
    main()
