"""The command line: bring back the champion's adapter."""

import argparse
import sys
from pathlib import Path

from tasks.incumbent import __doc__ as about


def main(arguments: list[str] | None = None) -> int:
    """Run the command; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tasks.incumbent",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of params.yaml (.)")
    root = parser.parse_args(arguments).root.resolve()

    from drafter.errors import ReplymillError
    from drafter.quiet import quiet_environment
    from drafter.section import load_section
    from tasks.incumbent.run import Params, bring_back
    from tasks.paths import Paths

    quiet_environment()
    try:
        print(bring_back(load_section(root / "params.yaml", Params), Paths(root)))
    except ReplymillError as error:
        print(f"incumbent: {error}", file=sys.stderr)
        return 1
    return 0
