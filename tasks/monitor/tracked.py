"""The figures of each day as metrics of one MLflow run per version; MLflow away, nothing stops."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from drafter.errors import BadInput
from drafter.tables import read_json, write_json
from tasks.paths import Paths
from tasks.tracking import LiveRun
from tasks.versions import Version

SHOWN = (
    "drafts", "told", "accepted", "edits", "abstained", "found", "p50_seconds", "p95_seconds",
    "cost_usd",
)  # fmt: skip


def log_days(paths: Paths, version: Version, found: Mapping[str, Any]) -> None:
    """Log the days that are not logged yet; the step is the day of the version's life, from 0."""
    cells = found["versions"].get(version.number, {}).get("days", {})
    file = paths.monitor(f"run-{version.number}.json")
    try:
        noted = read_json(file) if file.is_file() else {}
    except BadInput:
        noted = {}  # a new run then holds all days
    days = sorted(day for day in cells if day > noted.get("until", ""))
    if not days:
        return
    first = date.fromisoformat(min(cells))
    capital = {name: dict(one["capital"]) for name, one in found["watched"].items()}
    run = LiveRun(paths, f"monitor {version.number}", {"version": version.number}, noted.get("run"))
    run.start()
    if run.run_id is not None and run.run_id != noted.get("run"):
        days = sorted(cells)  # a fresh run, in a store that has none of them
    for day in days:
        step = (date.fromisoformat(day) - first).days
        metrics = {name: float(cells[day][name]) for name in SHOWN if cells[day][name] is not None}
        metrics |= {
            f"log10_capital_{name}": logs[day] for name, logs in capital.items() if day in logs
        }
        run.log(metrics, step)
    run.finish()
    if run.all_sent:
        write_json(file, {"run": run.run_id, "until": days[-1]})
