"""Run each pair in turn (A B A B ...) on the same input and print a table of ratios.

    python -m benchmarks                 every pair, five counted runs each
    python -m benchmarks redaction sft   only these
    python -m benchmarks --runs 3

Each side is a process of its own: `python -m benchmarks.NAME --side SIDE` prints one JSON object
with `seconds` and `cpu_seconds` of the work without imports, and what shows that its quality is
equal. The peak of its memory is read from outside. A target that is missed stands there as missed.
"""

import argparse
import json
import platform
import statistics
import sys
from pathlib import Path
from typing import Any

from benchmarks.pairs import PAIRS, Pair, Run, measure

RESULTS = Path("reports/benchmarks.json")


def compare(pair: Pair, runs: int) -> dict[str, Any]:
    """Run both sides `runs` times in turn and return the median ratio peer / ours."""
    ours: list[Run] = []
    peers: list[Run] = []
    for number in range(runs):
        ours.append(measure(pair, pair.ours))
        peers.append(measure(pair, pair.peer))
        print(f"  {pair.name} against {pair.against}: {number + 1}/{runs}", file=sys.stderr)
    unequal = pair.unequal(ours[-1].told, peers[-1].told)

    def ratio(figure: str) -> float:
        pairs = zip(peers, ours, strict=True)
        return statistics.median(
            getattr(a, figure) / max(getattr(b, figure), 1e-9) for a, b in pairs
        )

    return {
        "work": pair.name,
        "against": pair.against,
        "wall": round(ratio("seconds"), 2),
        "cpu": round(ratio("cpu_seconds"), 2),
        "memory": round(ratio("peak_mb"), 2),
        "target": pair.target,
        "verdict": "not comparable: " + unequal
        if unequal
        else ("reached" if ratio(pair.by) >= pair.target else "missed"),
        "judged_by": pair.by,
        "ours": ours[-1].told,
        "peer": peers[-1].told,
    }


def show(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="peer / ours, median of the pairs (above 1: ours is faster or smaller)")
    for heading in ("work", "against", "wall", "CPU", "memory", "at least", "verdict"):
        table.add_column(heading)
    for row in rows:
        figures = [f"{row[name]:.2f}x" for name in ("wall", "cpu", "memory")]
        table.add_row(row["work"], row["against"], *figures, f"{row['target']}x", row["verdict"])
    Console().print(table)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", help="pairs to run; all of them if none is named")
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each side (5)")
    arguments = parser.parse_args()
    known = {pair.name for pair in PAIRS}
    if unknown := set(arguments.names) - known:
        parser.error(
            f"no such pair: {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}"
        )
    chosen = [pair for pair in PAIRS if not arguments.names or pair.name in arguments.names]
    rows = [compare(pair, arguments.runs) for pair in chosen]
    show(rows)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    machine = {"processor": platform.machine(), "python": platform.python_version()}
    RESULTS.write_text(
        json.dumps({"machine": machine, "runs": arguments.runs, "pairs": rows}, indent=2)
    )
    print(f"{RESULTS} holds every figure", file=sys.stderr)


if __name__ == "__main__":
    main()
