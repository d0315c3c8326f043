"""The command line: check the gates, or move the alias."""

import argparse
import json
import sys
from pathlib import Path

from tasks.promote import __doc__ as about


def main(arguments: list[str] | None = None) -> int:
    """Run the command; gives the exit code: 1 where the champion was to move and did not."""
    parser = argparse.ArgumentParser(
        prog="python -m tasks.promote",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of params.yaml (.)")
    parser.add_argument("--check", action="store_true", help="say what the gates say, as JSON")
    parser.add_argument("--approved-by", metavar="NAME", help="who says yes")
    given = parser.parse_args(arguments)

    from drafter.errors import ReplymillError
    from drafter.quiet import quiet_environment
    from drafter.section import load_section
    from tasks.paths import Paths
    from tasks.promote.params import Params
    from tasks.promote.run import as_json, check_challenger, promote

    quiet_environment()
    paths = Paths(given.root.resolve())
    try:
        params = load_section(paths.root / "params.yaml", Params)
        if given.check:
            print(json.dumps(as_json(check_challenger(params, paths))))
        else:
            checked = promote(params, paths, given.approved_by)
            print(f"champion: {checked.version}")
    except ReplymillError as error:
        print(f"promote: {error}", file=sys.stderr)
        return 1
    return 0
