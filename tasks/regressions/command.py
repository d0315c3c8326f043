"""The command line: pin a ticket, or hold the challenger against all that are pinned."""

import argparse
import sys
from pathlib import Path

from tasks.regressions import __doc__ as about


def main(arguments: list[str] | None = None) -> int:
    """Run the command; gives the exit code: 1 for an error, and for a contract that is broken."""
    given = _parser().parse_args(arguments)
    from drafter.errors import ReplymillError
    from drafter.quiet import quiet_environment

    quiet_environment()
    try:
        return _add(given) if given.command == "add" else _check(given)
    except ReplymillError as error:
        print(f"regressions: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tasks.regressions",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of params.yaml (.)")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="pin a curated ticket with its contract")
    add.add_argument("ticket_id", help="as reports/decision.html shows it")
    add.add_argument("--why", required=True, help="what went wrong")
    for name, about_it in (
        ("say", "a phrase; one with a figure asks for the figure"),
        ("not-say", "a phrase"),
        ("cite", "a doc_id"),
    ):
        add.add_argument(f"--must-{name}", action="append", default=[], help=about_it)
    commands.add_parser("check", help="draft them with the challenger")
    return parser


def _add(given: argparse.Namespace) -> int:
    from tasks.paths import Paths
    from tasks.regressions.add import append, find_ticket, regression_of

    paths = Paths(given.root.resolve())
    ticket = find_ticket(paths, given.ticket_id)
    contract = (given.must_say, given.must_not_say, given.must_cite)
    append(paths.regressions, regression_of(ticket, given.why, *contract))
    print(f"pinned {given.ticket_id} in {paths.regressions.relative_to(paths.root)}")
    return 0


def _check(given: argparse.Namespace) -> int:
    from drafter.errors import BadInput
    from drafter.section import load_section
    from drafter.versions import CHALLENGER
    from tasks.paths import Paths
    from tasks.promote.params import Params
    from tasks.regressions.check import check
    from tasks.regressions.contract import read_regressions
    from tasks.versions import Registry

    paths = Paths(given.root.resolve())
    model = load_section(paths.root / "params.yaml", Params).registry.model
    pinned = read_regressions(paths.regressions)
    registry = Registry(paths)
    version = registry.at(model, CHALLENGER)
    if version is None:
        raise BadInput(f"{model} has no version called {CHALLENGER}: `make run` registers one")
    outcomes = check(pinned, registry.served(version))
    for outcome in outcomes:
        print(f"{'breaks' if outcome.breaks else 'keeps ':6}  {outcome.name}: {outcome.why}")
        for line in outcome.breaks:
            print(f"        {line}")
    kept = sum(not outcome.breaks for outcome in outcomes)
    print(f"{version.uri} keeps {kept} of {len(outcomes)} contracts")
    return int(kept < len(outcomes))
