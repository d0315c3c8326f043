"""`python -m tasks.sample`: rewrite data/sample of this checkout, or draw further letters."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from tasks.sample import __doc__ as about


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(hour=6, tzinfo=UTC)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m tasks.sample",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of data/ (.)")
    further = parser.add_argument_group("further letters, of other customers, into a file")
    further.add_argument("--stream", type=Path, help="the file to write, and nothing else")
    further.add_argument("--seed", type=int, help="a seed of its own; 0 to 999")
    further.add_argument("--tickets", type=int, help="how many")
    further.add_argument("--first", type=_day, help="the first day, as 2026-03-01")
    further.add_argument("--last", type=_day, help="the last day")
    given = parser.parse_args()

    from tasks.sample.write import write_sample, write_stream

    if given.stream is None:
        write_sample(given.root / "data/sample")
    else:
        write_stream(given.stream, given.seed, given.tickets, given.first, given.last)
