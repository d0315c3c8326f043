"""`python -m tasks.sample`: rewrite data/sample of this checkout."""

import argparse
from pathlib import Path

from tasks.sample import __doc__ as about

if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m tasks.sample",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of data/ (.)")
    root = parser.parse_args().root

    from tasks.sample.write import write_sample

    write_sample(root / "data/sample")
