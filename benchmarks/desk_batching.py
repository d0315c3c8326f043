"""Micro-batching with the real champion: the same tickets by 1, 4 and 16 clients, batch 1 and 8.

    python -m benchmarks.desk_batching          a version with the alias champion in var/mlflow

Each setting is a desk process of its own with a store of its own; the tickets are the holdout's.
The first drafts, while the model warms up, are not counted.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.desk_load import load, table

HOLDOUT = Path("data/curated/holdout.parquet")
CLIENTS = (1, 4, 16)
WARM = 4


def holdout(most: int) -> list[dict[str, Any]]:
    import polars as pl

    rows = pl.read_parquet(HOLDOUT, columns=["messages"]).head(most).to_dicts()
    return [
        {"messages": [{"role": m["role"], "text": m["text"]} for m in row["messages"]]}
        for row in rows
    ]


@contextmanager
def desk(**changed: Any) -> Iterator[tuple[int, int]]:
    """Process and port of a desk with so much of `desk` in params.yaml changed, ready to draft."""
    from ruamel.yaml import YAML

    yaml = YAML()
    params = yaml.load(Path("params.yaml").read_text())
    # nobody gives up: on a slow machine too, each draft counts
    params["desk"] |= {"draft_seconds": 600, "drain_seconds": 601, **changed}
    with tempfile.TemporaryDirectory() as root:
        with Path(root, "params.yaml").open("w") as file:
            yaml.dump(params, file)
        environment = os.environ | {
            "REPLYMILL_DESK_PORT": "0",
            "MLFLOW_TRACKING_URI": f"sqlite:///{Path('var/mlflow/mlflow.db').resolve()}",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "desk", "--root", root],
            stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline().split(":")[3].split()[0])
            _wait(port)
            yield process.pid, port
        finally:
            process.terminate()
            process.communicate()


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as answer:
                json.load(answer)
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise SystemExit("no version serves: give one the alias champion in var/mlflow")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.desk_batching",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--tickets", type=int, default=64, help="drafts for each row (64)")
    most = parser.parse_args().tickets
    tickets = holdout(most)
    rows = []
    for batch in (1, 8):
        with desk(batch=batch) as served:
            load(*served, tickets[:WARM], 1)
            rows += [(str(batch), load(*served, tickets, clients)) for clients in CLIENTS]
    print(table(rows, "batch"))


if __name__ == "__main__":
    main()
