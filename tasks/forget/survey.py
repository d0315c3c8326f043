"""Everything that holds or learned from a customer, found and changed by nobody."""

from dataclasses import dataclass
from pathlib import Path

from tasks.forget.cache import Cache, tainted
from tasks.forget.person import Person
from tasks.forget.rebuild import ToRun, forecast
from tasks.forget.rewrite import hider, quotes_them
from tasks.forget.search import Searched, files_below, search
from tasks.forget.sources import Table, rows_of
from tasks.forget.traces import client_of, database, find_traces, local
from tasks.forget.versions import LESSONS, Found, find_versions, is_copy_of
from tasks.forget.who import is_theirs
from tasks.paths import Paths

# What the mill, its tools and its servers write; sources elsewhere are added to it.
FOLDERS = ("data", "models", "reports", "var", ".dvc", "dvc.lock", "dvc_plots")
# What learns from which table.
MODELS = {"models/sft": LESSONS[:1], "models/dpo": LESSONS}


@dataclass(frozen=True)
class Where:
    """Where things are kept: the checkout, the desk's store, MLflow, and its model's name."""

    paths: Paths
    feedback_url: str
    tracking_uri: str
    model: str

    @property
    def forgetting(self) -> Path:
        """What is being forgotten, while it is."""
        return self.paths.var / "forget"


@dataclass
class Survey:
    """What was found. `rows` counts the customer's rows in each source, `quotes` those of others
    that quote an address or a key of theirs."""

    person: Person
    rows: dict[Path, int]
    quotes: dict[Path, int]
    searched: Searched
    traces: dict[str, set[str]]
    versions: list[Found]
    models: list[Path]
    """Adapters in the checkout that learned from them."""
    cached: set[str]
    """md5s in DVC's cache, by content or by what they were trained on."""
    to_run: list[ToRun]

    @property
    def nothing(self) -> bool:
        left = [one for one in self.versions if one.touched or one.left_behind]
        found = (self.rows, self.quotes, self.searched.hits, self.traces, left, self.models)
        return not any(found) and not self.person.stored


def survey(person: Person, tables: list[Table], where: Where) -> Survey:
    """Look everywhere."""
    paths, needles = where.paths, person.needles
    rows: dict[Path, int] = {}
    quotes: dict[Path, int] = {}
    hide = hider(person)
    for table in tables:
        for row in rows_of(table, paths.root):
            if is_theirs(row, table, person):
                rows[table.path] = rows.get(table.path, 0) + 1
            elif quotes_them(row, hide):
                quotes[table.path] = quotes.get(table.path, 0) + 1
    cache = Cache.of(paths)
    found = search(to_search(where, tables, cache), needles)
    models = [
        paths.root / model
        for model, lessons in MODELS.items()
        if any(paths.root / lesson in found.hits for lesson in lessons)
        and (paths.root / model).is_dir()
    ]
    versions = find_versions(where.tracking_uri, where.model, paths, person)
    if is_copy_of(paths.champion, [one for one in versions if one.adapter and one.touched]):
        models.append(paths.champion)
    return Survey(
        person, rows, quotes, found,
        find_traces(where.tracking_uri, needles),
        versions,
        models,
        tainted(cache, found.hits, paths) if cache else set(),
        forecast(paths, [*rows, *quotes, *found.hits]),
    )  # fmt: skip


def to_search(where: Where, tables: list[Table], cache: Cache | None) -> list[Path]:
    """Every file that is searched, once."""
    root = where.paths.root
    folders = [root / name for name in FOLDERS]
    folders += [table.path for table in tables]
    folders += [cache.files, cache.runs] if cache else []
    folders += artifact_folders(where)
    return list(files_below(folders, [where.forgetting]))


def artifact_folders(where: Where) -> list[Path]:
    """Where MLflow keeps artifacts on this machine, by its experiments."""
    path = database(where.tracking_uri)
    if path is not None and not path.is_file():
        return []
    client = client_of(where.tracking_uri)
    places = [local(one.artifact_location) for one in client.search_experiments()]
    return sorted({place for place in places if place is not None and place.is_dir()})
