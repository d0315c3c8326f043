import argparse
import sys
from pathlib import Path

from drafter.quiet import quiet_environment
from tasks.forget import __doc__ as about


def main() -> None:
    """Parse the command line, list or forget."""
    parser = argparse.ArgumentParser(
        prog="python -m tasks.forget",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of params.yaml (.)")
    parser.add_argument(
        "--customer",
        required=True,
        help="the key that exports or the helpdesk use, an e-mail address, or a name that one has",
    )
    parser.add_argument("--apply", action="store_true", help="remove it all; without, it is listed")
    given = parser.parse_args()
    quiet_environment()

    from drafter.errors import ReplymillError
    from tasks.forget.run import run

    try:
        run(given.customer, given.apply, given.root.resolve())
    except ReplymillError as error:
        sys.exit(f"forget: {error}")
    except KeyboardInterrupt:
        sys.exit("forget: stopped; tell it again and it goes on")


if __name__ == "__main__":
    main()
