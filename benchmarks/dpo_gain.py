"""What DPO adds over SFT on companies that nobody tuned anything on.

    python -m benchmarks.dpo_gain --seeds 1 2

For each seed a sample company of its own (other figures, customers, letters, mends of drafts), the
stages of dvc.yaml in a checkout of its own up to `evaluate` with params.yaml as it stands, and the
scores of `dpo` less `sft`, with and without retrieval, ticket by ticket. A company takes six
minutes on two quiet cores. `dpo.learning_rate` was chosen on the seed of data/sample, which is
therefore none of those to name here.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).parents[1]
METRICS = ("facts_agree", "accuracy", "compliance", "outdated", "chrf")
PAIRS = (("dpo-rag", "sft-rag"), ("dpo", "sft"))
RESAMPLES = 2000


def scores_of_company(seed: int, root: Path) -> Path:
    """Turn the mill up to `evaluate` on the company of `seed`, in the fresh folder `root`."""
    from tasks.sample.write import sample_files

    clone = ["git", "clone", "--quiet", str(HOUSE), str(root)]
    subprocess.run(clone, check=True)
    shutil.rmtree(root / "data/sample/policies")
    for name, text in sample_files(seed).items():
        path = root / "data/sample" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    # `python` in dvc.yaml is this one
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    repro = [sys.executable, "-m", "dvc", "repro", "--quiet", "evaluate"]
    subprocess.run(repro, cwd=root, env=os.environ | {"PATH": path}, check=True)
    return root / "data/scores.parquet"


def gains(scores: Path) -> dict[str, dict[str, Any]]:
    """For each pair of candidates and each metric: the mean difference, its interval, and n."""
    import numpy as np
    import polars as pl

    from tasks.statistics.clusters import clustered
    from tasks.statistics.intervals import mean_intervals

    table = pl.read_parquet(scores)
    found: dict[str, dict[str, Any]] = {}
    for challenger, champion in PAIRS:
        ours = table.filter(pl.col("candidate") == challenger).sort("ticket_id")
        theirs = table.filter(pl.col("candidate") == champion).sort("ticket_id")
        assert ours["ticket_id"].equals(theirs["ticket_id"])
        columns = np.stack(
            [
                ours[metric].cast(pl.Float64).fill_null(np.nan).to_numpy()
                - theirs[metric].cast(pl.Float64).fill_null(np.nan).to_numpy()
                for metric in METRICS
            ],
            axis=1,
        )
        by_group = clustered(columns, ours["group"].to_list())
        cells = mean_intervals(by_group, RESAMPLES, 0.95, 1)
        found[f"{challenger} less {champion}"] = dict(zip(METRICS, cells, strict=True))
    return found


def main() -> None:
    """Parse the command line; one line of JSON for each seed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.dpo_gain",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seeds", type=int, nargs="+", required=True)
    for seed in parser.parse_args().seeds:
        with tempfile.TemporaryDirectory() as work:
            scores = scores_of_company(seed, Path(work) / "replymill")
            print(json.dumps({"seed": seed, **gains(scores)}), flush=True)


if __name__ == "__main__":
    main()
