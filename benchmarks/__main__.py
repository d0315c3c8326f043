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

from benchmarks.pairs import LIMITS, PAIRS, Limit, Pair, Run, measure, measure_side

RESULTS = Path("reports/benchmarks.json")


def compare(pair: Pair, runs: int) -> dict[str, Any]:
    """Run both sides `runs` times in turn and return the median ratio peer / ours."""
    ours: list[Run] = []
    peers: list[Run] = []
    for number in range(runs):
        ours.append(measure_side(pair, pair.ours))
        peers.append(measure_side(pair, pair.peer))
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


def hold(limit: Limit, runs: int) -> dict[str, Any]:
    """Measure `runs` times and return the median seconds beside the most that they may be."""
    ours = [measure(sys.executable, limit.module) for _ in range(runs)]
    seconds = statistics.median(run.seconds for run in ours)
    return {
        "work": limit.name,
        "seconds": round(seconds, 3),
        "at_most": limit.at_most,
        "verdict": "reached" if seconds <= limit.at_most else "missed",
        "ours": ours[-1].told,
    }


def show(pairs: list[dict[str, Any]], limits: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="peer / ours, median of the pairs (above 1: ours is faster or smaller)")
    for heading in ("work", "against", "wall", "CPU", "memory", "at least", "verdict"):
        table.add_column(heading, no_wrap=heading not in ("against", "verdict"))
    for row in pairs:
        figures = [f"{row[name]:.2f}x" for name in ("wall", "cpu", "memory")]
        target = f"{row['target']:.3g}x"
        table.add_row(row["work"], row["against"], *figures, target, row["verdict"])
    for row in limits:
        most = f"at most {row['at_most']} s"
        table.add_row(row["work"], "", f"{row['seconds']:.2f} s", "", "", most, row["verdict"])
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
    known = {each.name for each in (*PAIRS, *LIMITS)}
    if unknown := set(arguments.names) - known:
        parser.error(
            f"no such pair: {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}"
        )
    names = arguments.names or known
    pairs = [compare(pair, arguments.runs) for pair in PAIRS if pair.name in names]
    limits = [hold(limit, arguments.runs) for limit in LIMITS if limit.name in names]
    show(pairs, limits)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    machine = {"processor": platform.machine(), "python": platform.python_version()}
    RESULTS.write_text(
        json.dumps(
            {"machine": machine, "runs": arguments.runs, "pairs": pairs, "limits": limits}, indent=2
        )
    )
    print(f"{RESULTS} holds every figure", file=sys.stderr)


if __name__ == "__main__":
    main()
