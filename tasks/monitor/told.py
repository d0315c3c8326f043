"""Which alarms somebody was told of: under var/monitor, so that each is told once."""

from collections.abc import Iterable, Mapping
from typing import Any

from drafter.errors import BadInput
from drafter.tables import read_json, write_json
from tasks.paths import Paths


def untold(paths: Paths) -> list[dict[str, Any]]:
    """The alarms of reports/monitor.json that start a training run and nobody was told of."""
    told = _told(paths)
    alarms = read_json(paths.report("monitor.json"))["alarms"]
    return [alarm for alarm in alarms if alarm["starts_training"] and alarm["id"] not in told]


def remember(paths: Paths, alarms: Iterable[Mapping[str, Any]]) -> None:
    """These were told."""
    ids = _told(paths) | {alarm["id"] for alarm in alarms}
    write_json(paths.monitor("told.json"), {"told": sorted(ids)})


def _told(paths: Paths) -> set[str]:
    file = paths.monitor("told.json")
    try:
        return set(read_json(file)["told"]) if file.is_file() else set()
    except (BadInput, KeyError, TypeError):
        raise BadInput(
            f"{file} is damaged, so nobody knows which alarms were told: delete it, and those "
            "still standing are told once more"
        ) from None
