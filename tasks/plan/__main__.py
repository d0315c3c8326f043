import argparse
import sys
from pathlib import Path

from drafter.quiet import quiet_environment
from tasks.plan import __doc__ as about


def main() -> int:
    """Parse the command line, print the plan; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tasks.plan",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of params.yaml (.)")
    root = parser.parse_args().root.resolve()
    quiet_environment()

    from drafter.errors import KeyMissing, ReplymillError
    from tasks.keys import check_keys
    from tasks.paths import Paths
    from tasks.plan.forecast import forecast
    from tasks.plan.table import show

    try:
        show(forecast(Paths(root)))
        check_keys(root)
    except KeyMissing as error:
        print(f"\nThe run would stop at once: {error}", file=sys.stderr)
        return 1
    except ReplymillError as error:
        print(f"plan: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
