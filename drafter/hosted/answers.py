"""Every answer ever paid for, by the address of what was asked; a file for each run that asked.

    000001.jsonl   {"address": "9f…", "asked_at": "2026-…", "text": "Hello, …", "failed": null, …}

A line is on the disk before the next call is made, so a kill loses at most what was under way. No
file is opened again for writing: DVC may have linked it to its cache.
"""

import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from drafter.errors import BadInput
from drafter.hosted.answer import Answer


class Answers:
    """The answers below `folder`; safe to add to from several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._guard = threading.Lock()
        self._file: IO[str] | None = None
        self._kept: dict[str, Answer] = {}
        for path in sorted(folder.glob("*.jsonl")):
            self._kept.update(_read(path))

    def get(self, address: str) -> Answer | None:
        return self._kept.get(address)

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, address: str, answer: Answer) -> None:
        """Keep an answer; it is on the disk when this returns."""
        asked = {"address": address, "asked_at": datetime.now(UTC).isoformat(timespec="seconds")}
        line = json.dumps(asked | answer.as_json(), ensure_ascii=False)
        with self._guard:
            if self._file is None:
                self._file = self._next_file()
            self._file.write(line + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
            self._kept[address] = answer

    def close(self) -> None:
        with self._guard:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _next_file(self) -> IO[str]:
        self.folder.mkdir(parents=True, exist_ok=True)
        last = max((int(path.stem) for path in self.folder.glob("*.jsonl")), default=0)
        return (self.folder / f"{last + 1:06}.jsonl").open("x", encoding="utf-8")


def _read(path: Path) -> dict[str, Answer]:
    """One file's answers. Its last line may be torn by a kill; a torn one before it is damage."""
    kept = {}
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    for number, line in enumerate(lines, start=1):
        try:
            value = json.loads(line)
            address = value.pop("address")
            value.pop("asked_at")
            kept[address] = Answer(**value)
        except (ValueError, KeyError, TypeError, AttributeError):
            if number < len(lines):
                raise BadInput(
                    f"{path}:{number} is no answer: it is damaged, or an older version wrote it; "
                    "take the line out, and its ticket is asked (and paid) again"
                ) from None
    return kept
