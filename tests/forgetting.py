"""Small exports with a customer who is to be forgotten, and what `tasks.forget` knows of them."""

from pathlib import Path
from typing import Any

from drafter.pseudonyms import PseudonymParams
from tasks.forget.person import Person
from tasks.forget.sources import Table, tables_of
from tasks.forget.store import Stored
from tasks.forget.who import Known, find
from tasks.ingest.params import IngestParams
from tasks.paths import Paths
from tests.ingesting import table

RULES = PseudonymParams(order_patterns=["MB-[0-9]{6}"], default_region="US", keep=[])
COLUMNS = {
    "ticket_id": "id", "created_at": "at", "customer": "who", "names": ["name", "mail"],
    "message": "question", "reply": "answer",
}  # fmt: skip
HEADER = "id,at,who,name,mail,question,answer\n"
UNA = (
    'T-2,2026-03-02T09:00:00Z,C-00002,Una Sólitaire,una@home.example,"My kettle whistles like a '
    'lonely curlew\nat four in the ""morning"", it is MB-123456","We mended your whistling kettle '
    'with a drop of oil"\n'
)
JO = 'T-1,2026-03-01T09:00:00Z,C-00001,Jo Smith,jo@home.example,"Where  is it?",On its way\n'
AMY = (
    "T-3,2026-03-03T09:00:00Z,C-00003,Amy Pond,amy@home.example, Is it blue? ,"
    "It comes in every colour that you like\r\n"
)


def root_with(root: Path, *sources: dict[str, Any]) -> IngestParams:
    """What params.yaml says of exports below `root`/exports."""
    folder = {"kind": "folder", "path": "exports/policies", "encoding": "auto", "exclude": []}
    return IngestParams.from_values(
        {"watch": "exports", "feedback": "feedback", "tickets": list(sources), "policies": [folder]}
    )


def one_table(root: Path, data: bytes, name: str = "tickets.csv", **changes: Any) -> IngestParams:
    """One export of that name and content."""
    path = root / "exports" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return root_with(root, table(f"exports/{name}", columns=COLUMNS, **changes))


def known(root: Path, params: IngestParams, stored: list[Stored] | None = None) -> Known:
    paths = Paths(root)
    return Known(tables_of(params, paths), stored or [], paths, RULES)


def met(asked: str, root: Path, params: IngestParams) -> tuple[Person, list[Table]]:
    """The person who is called so, and the tables in which they were found."""
    what = known(root, params)
    return find(asked, what), what.tables
