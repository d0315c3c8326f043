import argparse
import sys
from pathlib import Path

from drafter.errors import ServersFailed
from tasks.servers import __doc__ as about
from tasks.servers.down import down
from tasks.servers.shell import shell_lines
from tasks.servers.up import up


def main() -> None:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tasks.servers",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("verb", choices=["up", "down", "env"])
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of dvc.yaml (.)")
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    try:
        if arguments.verb == "env":
            print(shell_lines(root))
        else:
            {"up": up, "down": down}[arguments.verb](root)
    except ServersFailed as error:
        sys.exit(f"servers: {error}")


if __name__ == "__main__":
    main()
