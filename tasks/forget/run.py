"""List, or forget and prove it."""

import sys
from pathlib import Path

from desk.settings import Settings
from drafter.section import load_section
from tasks.forget import paid
from tasks.forget.apply import apply
from tasks.forget.journal import Journal
from tasks.forget.params import Params
from tasks.forget.person import Person
from tasks.forget.proof import prove, without_anew
from tasks.forget.ready import check
from tasks.forget.sources import Table, tables_of
from tasks.forget.store import read_store
from tasks.forget.survey import Survey, Where, survey
from tasks.forget.table import next_steps, proven, show
from tasks.forget.versions import ADAPTER, INDEX
from tasks.forget.who import Known, find
from tasks.paths import Paths
from tasks.runlock import run_lock
from tasks.tracking import tracking_uri


def run(asked: str, remove: bool, root: Path) -> None:
    """Print what holds or learned from the customer; with `remove`, take it away and prove that.

    Raises BadInput where it is not clear who is meant, where a place can't be read or rewritten, or
    where a desk is at work, and then nothing is changed; NotForgotten where something is left.
    """
    paths = Paths(root)
    params = load_section(root / "params.yaml", Params)
    where = Where(
        paths, Settings.from_environment(root).feedback_url, tracking_uri(paths),
        params.registry.model,
    )  # fmt: skip
    if not remove:
        begun = Journal.read(where.forgetting, asked)
        if begun:
            print(f"being forgotten since {begun.begun}; APPLY=1 goes on with what is left")
        show(_survey(asked, params, where, begun)[0], where)
        print("\nnothing was changed; APPLY=1 removes it")
        return
    with run_lock(paths.var / "run/train.lock", "forget", _say):
        _forget(asked, params, where)


def _survey(
    asked: str, params: Params, where: Where, begun: Journal | None
) -> tuple[Survey, list[Table]]:
    tables = tables_of(params.ingest, where.paths)
    person = begun.person if begun else _who(asked, tables, params, where)
    return survey(person, tables, where), tables


def _who(asked: str, tables: list[Table], params: Params, where: Where) -> Person:
    stored = read_store(where.feedback_url)
    return find(asked, Known(tables, stored, where.paths, params.curate.pseudonyms))


def _forget(asked: str, params: Params, where: Where) -> None:
    begun = Journal.read(where.forgetting, asked)
    found, tables = _survey(asked, params, where, begun)
    show(found, where)
    if begun is None and found.nothing:
        return
    print()
    check(found, tables, where)
    if begun is None:
        answers = paid.addresses(where.paths, params.hosted, found.person)
        cached = found.cached | set(paid.holding(where.paths, found.person, answers).values())
        stages = [one.stage for one in found.to_run]
        touched = {
            one.number: ADAPTER if one.adapter and one.learned is not False else INDEX
            for one in found.versions
            if one.touched
        }
        begun = Journal.begin(
            where.forgetting, asked, found.person, cached, touched, answers, stages
        )
    before = begun.person.needles
    apply(begun, tables, where, params.candidates, print)
    without_anew(begun.person, where)
    proof = prove(begun, tables_of(params.ingest, where.paths), where, before)
    begun.end()
    print()
    for line in [*proven(proof), *next_steps(begun, where)]:
        print(line)


def _say(line: str) -> None:
    print(f"forget: {line}", file=sys.stderr, flush=True)
