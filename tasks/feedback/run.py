"""From the desk's store to the snapshot, its report and what a person must be told."""

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from drafter.errors import BadInput
from drafter.tables import write_json
from tasks.feedback.answer import answer_to
from tasks.feedback.leniency import leniency
from tasks.feedback.params import Params
from tasks.feedback.read import Store, read_store
from tasks.feedback.report import NOBODY, report
from tasks.feedback.rows import as_told, reasons, row_of, weighed
from tasks.feedback.snapshot import as_csv, track, write_snapshot
from tasks.paths import Paths


def run(params: Params, paths: Paths, url: str, until: datetime | None = None) -> dict[str, Any]:
    """Write the snapshot and reports/feedback.json, and track the snapshot; gives the report.

    Raises BadInput where the store can't be read or holds no drafts (what was there stays),
    RepositoryBusy or StageFailed where DVC can't track the snapshot.
    """
    store = read_store(url, until)
    if not store.drafts:
        raise BadInput(
            "the feedback store holds no drafts yet: let the desk draft, and agents answer; "
            f"{paths.snapshot(params.ingest.feedback)} stays as it is"
        )
    rows, found = collect(store, params)
    for line in remarks(found):
        print(f"feedback: {line}", file=sys.stderr)
    snapshot = paths.snapshot(params.ingest.feedback)
    written = write_snapshot(snapshot, as_csv(rows))
    write_json(paths.report("feedback.json"), found)
    tracked = track(snapshot, paths.root)
    return found | {"snapshot": str(snapshot), "written": written, "tracked": tracked}


def collect(store: Store, params: Params) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """The rows of the snapshot, and the report."""
    feedback = params.feedback
    answered = [
        (draft, answer_to(draft, feedback, params.prices.words_read))
        for draft in store.drafts
        if draft.outcome is not None
    ]
    told = [one for one in (as_told(*both) for both in answered) if one is not None]
    found = leniency(told)
    resolved = [weighed(draft, answer, found, feedback) for draft, answer in answered]
    left_out = reasons(resolved, feedback)
    rows = [
        row_of(one, feedback) for one, why in zip(resolved, left_out, strict=True) if why is None
    ]
    return rows, report(store, resolved, told, found, left_out, params)


def remarks(found: dict[str, Any]) -> Sequence[str]:
    """What in the store keeps answers from being of use, a line each."""
    lines = []
    if not found["resolved"]:
        lines.append(f"none of {found['drafts']} drafts has an outcome yet: the snapshot is empty")
    if unknown := found["left_out"].get("accepted_no_seconds"):
        lines.append(
            f"{unknown} accepted drafts have no `seconds`, so nobody knows whether they were read: "
            "they are left out; tell the desk `seconds` with an outcome"
        )
    once = [agent for agent, one in found["agents"].items() if one["n"] == 1 and agent != NOBODY]
    if once:
        lines.append(
            f"{len(once)} agents have one answer each ({', '.join(once[:3])}"
            f"{', …' if len(once) > 3 else ''}): they count nearly as the average agent"
        )
    if NOBODY in found["agents"]:
        lines.append(
            f"{found['agents'][NOBODY]['n']} answers name no agent: they count as the average "
            "agent's; tell the desk `agent` with an outcome"
        )
    return lines
