import argparse
import sys
from pathlib import Path

from drafter.errors import ReplymillError
from tasks.ratings import __doc__ as about


def main() -> None:
    """Parse the command line, print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m tasks.ratings",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, help="gzipped JSONL of rated replies")
    file = parser.parse_args().file

    from tasks.ratings.report import report

    try:
        print(report(file))
    except ReplymillError as error:
        sys.exit(f"ratings: {error}")
    except KeyboardInterrupt:
        sys.exit("ratings: stopped")


if __name__ == "__main__":
    main()
