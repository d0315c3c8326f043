"""A desk whose agents have answered, and a mill beside it: from the store to pairs, in seconds."""

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from fastapi.testclient import TestClient

from desk.serving.served import Served
from drafter.records import CURATED, RETRIEVED
from drafter.tables import read_table, write_table
from tasks.curate.run import run as curate
from tasks.feedback.params import Params
from tasks.feedback.run import run
from tasks.ingest.params import Params as IngestParams
from tasks.ingest.run import run as ingest
from tasks.paths import SPLITS, Paths
from tasks.preferences.run import run as preferences
from tasks.validate.params import Params as ValidateParams
from tasks.validate.run import run as validate
from tests.curating import letter
from tests.curating import params as curate_params
from tests.desks import desk_client
from tests.guarded import make_rules
from tests.ingesting import table
from tests.live_drafters import CLAUSE, Says, live
from tests.preferences_root import CLAUSES, RULES, write_clauses
from tests.preferences_root import params as preferences_params

SLOWLY = 60.0


def params(**changes: Any) -> Params:
    values = {
        "read_share": 0.4,
        "heavy": 0.3,
        "low_csat": 2,
        "least_weight": 0.5,
        "most_weight": 2.0,
        "resamples": 200,
        "confidence": 0.95,
    } | changes
    return Params.from_values(
        {
            "feedback": values,
            "ingest": {"feedback": "feedback"},
            "prices": {"words_read": 230},
            "seed": 7,
        }
    )


@dataclass
class Answered:
    """A desk to ask and to answer, over a store under `root`."""

    client: TestClient
    drafts: dict[str, str] = field(default_factory=dict)

    def ask(self, name: str, **ticket: Any) -> dict[str, Any]:
        """Ask for a draft and remember its id by `name`."""
        asked = {"messages": [{"role": "customer", "text": f"Is {name} here?"}]} | ticket
        answer = self.client.post("/v1/drafts", json=asked)
        assert answer.status_code == 200, answer.text
        self.drafts[name] = answer.json()["id"]
        drafted: dict[str, Any] = answer.json()
        return drafted

    def tell(self, name: str, **outcome: Any) -> None:
        told = {"agent": "agent-1", "seconds": SLOWLY} | outcome
        url = f"/v1/drafts/{self.drafts[name]}/outcome"
        assert self.client.post(url, json=told).status_code == 201

    def serve(self, version: str, says: str) -> None:
        """From now on `version` drafts, and it always says the same."""
        champion = self.client.app.state.desk.champion  # type: ignore[attr-defined]
        champion._served = Served(version, "sft-rag", live(Says(says), [CLAUSE]))


def answered(root: Path) -> Any:
    """`with answered(root) as desk`: the store lies at `url(root)`."""
    return _Opened(root)


class _Opened:
    def __init__(self, root: Path) -> None:
        self._client = desk_client(root)

    def __enter__(self) -> Answered:
        return Answered(self._client.__enter__())

    def __exit__(self, *error: Any) -> None:
        self._client.__exit__(*error)


def url(root: Path) -> str:
    return f"sqlite:///{root / 'feedback.db'}"


def export(root: Path, **changes: Any) -> dict[str, Any]:
    """Run `make feedback`; gives its report."""
    return run(params(**changes), Paths(root), url(root))


def rows(root: Path) -> dict[str, dict[str, str]]:
    """The snapshot's rows by ticket id."""
    with (root / "feedback/desk.csv").open(newline="", encoding="utf-8") as file:
        return {row["ticket_id"]: row for row in csv.DictReader(file)}


def write_export(root: Path, tickets: list[dict[str, str]]) -> None:
    """A helpdesk's export, exports/tickets.csv: id, at, customer, question, answer."""
    path = root / "exports/tickets.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["id", "at", "who", "question", "answer"])
        writer.writeheader()
        writer.writerows(tickets)


def history(count: int) -> list[dict[str, str]]:
    """Tickets of an export that have nothing in common, one a day from the first of March 2025."""
    return [
        {
            "id": f"T-{number}",
            "at": f"2025-{3 + number // 28:02}-{1 + number % 28:02}T09:00:00Z",
            "who": f"customer-of-{number}@mail.example",
            "question": letter(number),
            "answer": letter(10_000 + number),
        }
        for number in range(count)
    ]


def turn(root: Path, orders: str = "MB-[0-9]{6}") -> Paths:
    """Ingest, validate, curate and preferences; retrieval finds nothing."""
    paths = Paths(root)
    (root / "exports/policies").mkdir(exist_ok=True)
    (root / "exports/policies/returns.md").write_text("# Returns\n\nWithin 30 days.\n")
    columns = {"ticket_id": "id", "created_at": "at", "customer": "who", "names": "who"}
    columns |= {"message": "question", "reply": "answer"}
    folder = {"kind": "folder", "path": "exports/policies", "encoding": "auto", "exclude": []}
    sources = {
        "watch": "exports",
        "feedback": "feedback",
        "tickets": [table("exports/tickets.csv", columns=columns)],
        "policies": [folder],
    }
    ingest(IngestParams.from_values({"ingest": sources}), paths)
    whole = yaml.safe_load(Path("params.yaml").read_text())
    validate(ValidateParams.from_values({"validate": whole["validate"]}), paths)
    pseudonyms = {"order_patterns": [orders], "default_region": "US", "keep": []}
    curate(curate_params(pseudonyms=pseudonyms), paths)
    for split in SPLITS:
        curated = read_table(paths.curated(split), CURATED).to_dicts()
        chunked = [ticket | {"chunks": []} for ticket in curated]
        write_table(paths.retrieved(split), _retrieved(chunked), RETRIEVED)
    write_clauses(root, CLAUSES)
    make_rules(root / "rules.yaml", RULES)
    preferences(preferences_params(), paths)
    return paths


def _retrieved(tickets: list[dict[str, Any]]) -> Any:
    from tests.factories import retrieved_table

    return retrieved_table(tickets)
