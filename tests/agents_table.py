"""The table of docs/feedback.md: `python -m tests.agents_table`, some minutes."""

from statistics import fmean
from typing import Any

import numpy as np

from tasks.feedback.leniency import leniency
from tasks.statistics.clusters import clustered
from tasks.statistics.intervals import mean_intervals
from tests.agents import Office

SETTINGS: dict[str, tuple[int, dict[str, Any]]] = {
    "12 agents, confounded, 1,500 answers": (1500, {}),
    "12 agents, confounded, 300 answers": (300, {}),
    "12 agents, confounded, 100 answers": (100, {}),
    "12 agents, confounded, 40 answers": (40, {}),
    "12 agents, drafts by lot, 1,500 answers": (1500, {"confounded": False}),
    "12 agents, all alike, 300 answers": (300, {"spread": 0.0}),
    "4 agents, confounded, 300 answers": (300, {"agents": 4}),
}


def measured(count: int, runs: int, **office: Any) -> dict[str, float]:
    """Mean absolute errors of both figures, how often 95 % hold the truth, how often nothing."""
    errors: dict[str, list[float]] = {"raw": [], "corrected": []}
    held: dict[str, list[bool]] = {"raw": [], "corrected": []}
    untouched = []
    for seed in range(runs):
        told, truth = Office(seed, **office).answers(count)
        found = leniency(told)
        untouched.append(found.agents == 0)
        for version, true in enumerate(truth):
            raw = np.array([one.accepted for one in told if one.version == f"{version}"], float)
            for name, column in (("raw", raw), ("corrected", found.corrected[f"{version}"])):
                alone = clustered(column[:, None], range(len(column)))
                (cell,) = mean_intervals(alone, 400, 0.95, seed)
                mean, low, high = (cell[part] for part in ("mean", "low", "high"))
                assert mean is not None
                assert low is not None
                assert high is not None
                errors[name].append(abs(mean - true))
                held[name].append(low <= true <= high)
    return {
        "raw": fmean(errors["raw"]),
        "corrected": fmean(errors["corrected"]),
        "raw held": fmean(held["raw"]),
        "corrected held": fmean(held["corrected"]),
        "untouched": fmean(untouched),
    }


def main() -> None:
    print("| agents | error, raw | corrected | 95 % hold, raw | corrected | nothing corrected |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, (count, office) in SETTINGS.items():
        got = measured(count, 100, **office)
        print(
            f"| {name} | {got['raw']:.3f} | {got['corrected']:.3f} | {got['raw held']:.0%} | "
            f"{got['corrected held']:.0%} | {got['untouched']:.0%} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
