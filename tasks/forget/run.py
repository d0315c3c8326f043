"""List, or forget and prove it."""

from pathlib import Path

from desk.settings import Settings
from drafter.section import load_section
from tasks.forget.params import Params
from tasks.forget.sources import tables_of
from tasks.forget.store import read_store
from tasks.forget.survey import Where, survey
from tasks.forget.table import show
from tasks.forget.who import Known, find
from tasks.paths import Paths
from tasks.tracking import tracking_uri


def run(asked: str, apply: bool, root: Path) -> None:
    """Print what holds or learned from the customer; with `apply`, remove it.

    Raises BadInput where it is not clear who is meant, or a place can't be read.
    """
    paths = Paths(root)
    params = load_section(root / "params.yaml", Params)
    where = Where(
        paths, Settings.from_environment(root).feedback_url, tracking_uri(paths),
        params.registry.model,
    )  # fmt: skip
    tables = tables_of(params.ingest, paths)
    known = Known(tables, read_store(where.feedback_url), paths, params.curate.pseudonyms)
    found = survey(find(asked, known), tables, where)
    show(found, where)
    print("\nnothing was changed; APPLY=1 removes it")
