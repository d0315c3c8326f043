"""`python -m desk.simulate`: simulated agents work at the desk, and the mill learns from them."""

import argparse
import sys
from pathlib import Path

from desk.simulate.plan import Plan


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, run the turns, write the report; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m desk.simulate", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="the checkout to copy (.)")
    parser.add_argument("--into", type=Path, help="an empty folder to work in (var/simulate/KIND)")
    parser.add_argument("--agents", choices=("panel", "random"), default="panel",
                        help="random is the control: nothing may be promoted")  # fmt: skip
    for name, (value, about) in Plan.OPTIONS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=value, help=about)
    given = vars(parser.parse_args(arguments))
    source, into, kind = given.pop("root").resolve(), given.pop("into"), given.pop("agents")
    root = (into or source / "var/simulate" / kind).resolve()

    from desk.simulate.turns import simulate
    from drafter.errors import ReplymillError

    try:
        simulate(source, root, kind, Plan(**given), print)
    except ReplymillError as error:
        print(f"simulate: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
