"""What a challenger beside the champion costs: off, in its shadow, and with half of the tickets.

    python -m benchmarks.desk_challenger     versions with both aliases in var/mlflow

One client works without a pause, so that it is never idle, and then with one of about a second,
as somebody who reads. `off` comes first and last: the two tell what the machine did besides.
"""

import argparse
import time
import urllib.request

from benchmarks.desk_batching import WARM, desk, holdout
from benchmarks.desk_load import load, table

MODES = ("off", "shadow", "split", "off")
PAUSES = (0.0, 1.0)
CHALLENGER = {"share": 0.5, "seconds": 60, "queue": 16}


def drafted(port: int, role: str) -> float:
    """How many drafts of that role the desk counts."""
    lines = _metrics(port)
    counted = (line for line in lines if line.startswith("desk_drafts_total{"))
    return sum(float(line.split()[-1]) for line in counted if f'role="{role}"' in line)


def _metrics(port: int) -> list[str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        return str(answer.read().decode()).splitlines()


def _wait_for_challenger(port: int) -> None:
    for _ in range(600):
        if any(line.startswith("desk_challenger_info{candidate") for line in _metrics(port)):
            return
        time.sleep(0.1)
    raise SystemExit("no challenger serves: give the alias to a version in var/mlflow")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.desk_challenger",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--tickets", type=int, default=64, help="drafts for each row (64)")
    tickets = holdout(parser.parse_args().tickets)
    rows = []
    for pause in PAUSES:
        for mode in MODES:
            with desk(challenger={"mode": mode, **CHALLENGER}) as served:
                if mode != "off":
                    _wait_for_challenger(served[1])
                load(*served, tickets[:WARM], 1)
                before = {role: drafted(served[1], role) for role in ("shadow", "challenger")}
                found = load(*served, tickets, 1, pause)
                by = [drafted(served[1], role) - before[role] for role in before]
                name = f"{mode}, {'pauses' if pause else 'no pause'}, {sum(by):.0f} by it"
                rows.append((name, found))
                print(table(rows[-1:], "challenger").splitlines()[-1], flush=True)
    print(table(rows, "challenger"))


if __name__ == "__main__":
    main()
