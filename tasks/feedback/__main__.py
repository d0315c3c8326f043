import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from drafter.quiet import quiet_environment
from tasks.feedback import __doc__ as about


def moment(written: str) -> datetime:
    """A time in ISO 8601, in UTC where it names no zone."""
    at = datetime.fromisoformat(written)
    return at.replace(tzinfo=at.tzinfo or UTC)


def main() -> None:
    """Parse the command line, write the snapshot, print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m tasks.feedback",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of params.yaml (.)")
    parser.add_argument(
        "--until", type=moment, metavar="TIME", help="what was told before then, in ISO 8601 (now)"
    )
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    quiet_environment()

    from desk.settings import Settings
    from drafter.errors import ReplymillError
    from drafter.section import load_section
    from tasks.feedback.params import Params
    from tasks.feedback.run import run
    from tasks.feedback.table import show
    from tasks.paths import Paths

    try:
        params = load_section(root / "params.yaml", Params)
        url = Settings.from_environment(root).feedback_url
        show(run(params, Paths(root), url, arguments.until))
    except ReplymillError as error:
        sys.exit(f"feedback: {error}")
    except KeyboardInterrupt:
        sys.exit("feedback: stopped")


if __name__ == "__main__":
    main()
