"""MLflow's artifacts that quote the customer: evidence of versions, and what runs logged.

No tag is a hash of these files (`replymill.evidence` is of dvc.lock and the script), so that a
version keeps its evidence. JSON stays, its quotes hidden; a page that quotes gives way to a note.
"""

import json
from pathlib import Path
from typing import Any

from tasks.forget.needles import Needles, found_in
from tasks.forget.rewrite import HIDDEN
from tasks.forget.spans import write_bytes

PAGES = (".html", ".md", ".txt", ".csv")


def redact(path: Path, needles: Needles, day: str) -> None:
    """Leave nothing of the customer in one artifact; one of another kind is deleted."""
    if path.suffix == ".json":
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            path.unlink()
            return
        text = json.dumps(_hidden(value, needles), indent=2, ensure_ascii=False)
        write_bytes(path, f"{text}\n".encode())
    elif path.suffix in PAGES:
        note = f"This page quoted a customer who was forgotten on {day}.\n"
        write_bytes(path, note.encode())
    else:
        path.unlink()


def _hidden(value: Any, needles: Needles) -> Any:
    if isinstance(value, str):
        return HIDDEN if found_in([value], needles)[0] else value
    if isinstance(value, dict):
        return {
            (HIDDEN if found_in([key], needles)[0] else key): _hidden(inner, needles)
            for key, inner in value.items()
        }
    return [_hidden(inner, needles) for inner in value] if isinstance(value, list) else value
