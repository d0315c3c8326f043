"""What is being forgotten, so that an interrupted run can be told again and finishes.

    var/forget/pending.json   who (hashed), by what they are looked for, what of DVC's cache goes

Once rows are gone from the exports nothing else could say what to look for. The file holds
personal data: its owner alone may read it, a search leaves it out, and it goes when all is proven.
"""

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from drafter.errors import BadInput
from drafter.tables import written_whole
from tasks.customer_key import customer_key
from tasks.forget.person import Person

FILE = "pending.json"


@dataclass
class Journal:
    """What has begun and did not end yet."""

    folder: Path
    begun: str
    called: list[str]
    """Hashes of what the customer may be called by."""
    person: Person
    cached: set[str]
    """md5s in DVC's cache that are to go."""
    versions: dict[str, str]
    """Versions that held or learned from them: number to `adapter` or `index`."""
    answers: set[str]
    """What hosted models were asked about them (tasks/forget/paid.py)."""
    stages: list[str]
    """Those that a rebuild runs."""

    @classmethod
    def begin(
        cls,
        folder: Path,
        asked: str,
        person: Person,
        cached: set[str],
        versions: dict[str, str],
        answers: set[str],
        stages: list[str],
    ) -> "Journal":
        names = {asked, person.key} | person.raw_keys | person.emails
        begun = datetime.now(UTC).isoformat(timespec="seconds")
        called = sorted(_hash(name) for name in names)
        made = cls(folder, begun, called, person, cached, versions, answers, stages)
        made.write()
        return made

    @classmethod
    def read(cls, folder: Path, asked: str) -> "Journal | None":
        """What was interrupted; None where nothing was.

        Raises BadInput where that is of another customer, or the file is damaged.
        """
        path = folder / FILE
        if not path.is_file():
            return None
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            found = cls(
                folder, told["begun"], told["called"], Person.from_json(told["person"]),
                set(told["cached"]), dict(told["versions"]), set(told["answers"]),
                list(told["stages"]),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError):
            raise BadInput(
                f"{path} is damaged, and says what was being forgotten: delete it and tell this "
                "again, if you still know whom"
            ) from None
        if not {_hash(asked), _hash(customer_key(asked.strip()))} & set(found.called):
            raise BadInput(
                f"another customer is being forgotten since {found.begun}, and that was "
                "interrupted: tell that again first, with the same CUSTOMER"
            )
        return found

    def write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        told = {
            "begun": self.begun,
            "called": self.called,
            "person": self.person.as_json(),
            "cached": sorted(self.cached),
            "versions": self.versions,
            "answers": sorted(self.answers),
            "stages": self.stages,
        }
        with written_whole(self.folder / FILE) as beside:
            beside.touch(mode=0o600)
            beside.write_text(json.dumps(told), encoding="utf-8")

    def end(self) -> None:
        # with what a kill may have left half written beside it
        shutil.rmtree(self.folder)

    @property
    def day(self) -> str:
        return self.begun[:10]


def _hash(name: str) -> str:
    return hashlib.sha256(name.strip().casefold().encode()).hexdigest()
