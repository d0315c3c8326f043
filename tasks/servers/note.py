"""The record of who runs: var/run/up.json, by pid and time of birth."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from drafter.tables import write_json
from tasks.environment import Addresses
from tasks.runlock import Holder
from tasks.servers.answers import answers
from tasks.servers.process import Server


def note_file(root: Path) -> Path:
    return root / "var/run/up.json"


def read_note(root: Path, alive: bool = True) -> dict[str, Any] | None:
    """What `up` noted about its processes; with `alive`, None where it is gone."""
    try:
        note = json.loads(note_file(root).read_text(encoding="utf-8"))
        if alive and not Holder(**note["supervisor"]).alive():
            return None
        return dict(note)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_note(root: Path, servers: list[Server], addresses: Addresses, shown: str) -> None:
    """Note this process and `servers`; `shown` is what a second `make up` prints."""
    holders = [Holder.of(server.process.pid, server.name) for server in servers]
    write_json(
        note_file(root),
        {
            "supervisor": asdict(Holder.myself("make up")),
            "servers": [asdict(holder) for holder in holders],
            "prefect_api": addresses.prefect_api,
            "desk": addresses.desk,
            "shown": shown,
        },
    )


def running_api(root: Path) -> str | None:
    """The address of the Prefect API that `make up` of this checkout runs, if it answers."""
    note = read_note(root)
    if note and answers(f"{note['prefect_api']}/health"):
        return str(note["prefect_api"])
    return None
