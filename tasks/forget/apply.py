"""Take everything away, step by step. Each step can be told again after a kill at any moment."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from drafter.versions import DRAFTER_ARTIFACT
from tasks.candidates import Candidate
from tasks.forget import cache as dvc_cache
from tasks.forget.cache import Cache, tainted
from tasks.forget.evidence import redact
from tasks.forget.journal import Journal
from tasks.forget.kept import clean_kept
from tasks.forget.pages import clean_pages
from tasks.forget.paid import forget_answers
from tasks.forget.rebuild import rebuild
from tasks.forget.rewrite import forget_rows, track, unpin
from tasks.forget.search import search
from tasks.forget.sources import Table
from tasks.forget.store import remove
from tasks.forget.survey import Where, artifact_folders, to_search
from tasks.forget.table import plural, shown
from tasks.forget.traces import delete_traces, find_traces, leave_no_byte
from tasks.forget.versions import (
    ADAPTER,
    Found,
    clean_index,
    drop_adapter,
    find_versions,
    idle,
    is_copy_of,
    mark,
)  # fmt: skip

Say = Callable[[str], None]
# Made again by who needs it: what the monitor has measured of drafts, what trainings could go on
# from, copies of training tickets, batches under way.
CACHES = ("var/monitor/meaning-*.json", "var/checkpoints/*", "var/canary", "var/answers/*")


def apply(
    journal: Journal,
    tables: list[Table],
    where: Where,
    candidates: Mapping[str, Candidate],
    say: Say,
) -> None:
    """All but the proof."""
    person, paths = journal.person, where.paths
    gone = remove(where.feedback_url, person)
    say(f"the desk's store: {plural(gone, 'ticket')} removed with drafts and outcomes")
    traces = find_traces(where.tracking_uri, person.needles)
    say(f"MLflow: {plural(delete_traces(where.tracking_uri, traces), 'trace')} deleted")
    _versions(journal, where, candidates, say)
    _sources(journal, tables, where, say)
    for path in [path for name in CACHES for path in paths.root.glob(name)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    told = rebuild(paths, journal.stages, say)
    ran = [name for name, outcome in told.items() if outcome != "unchanged"]
    say(f"rebuilt: {', '.join(ran) or 'nothing had to be'}")
    _cache(journal, where, say)
    _left(journal, where, tables, say)
    if pages := clean_pages(paths, person.needles):
        say(f"Prefect's pages and logs: {plural(pages, 'row')} removed")
    leave_no_byte(where.tracking_uri)


def _versions(
    journal: Journal, where: Where, candidates: Mapping[str, Candidate], say: Say
) -> None:
    person, uri, model, paths = journal.person, where.tracking_uri, where.model, where.paths
    found = find_versions(uri, model, paths, person)
    serves = next((one.number for one in found if one.serves), None)
    if is_copy_of(paths.champion, _learned(found, journal)):
        if any(one.model == "models/champion" for one in candidates.values()):
            say("models/champion stays, as a candidate is made of it: it learned from them")
        else:
            shutil.rmtree(paths.champion)
            say("models/champion is deleted: it learned from them")
    for one in found:
        if one.number in journal.versions:
            clean_index(uri, model, one, person)
            learned = journal.versions[one.number] == ADAPTER
            mark(
                uri, model, one, learned, f"{journal.day}: {plural(len(person.tickets), 'ticket')}"
            )
            say(f"version {one.number} is {'marked' if learned else 'clean again'}")
        if one in idle(found) and (one in _learned(found, journal) or one.left_behind):
            drop_adapter(uri, model, one)
            say(f"version {one.number}: its adapter is deleted")
    if changed := clean_kept(paths, person, journal.versions, serves):
        say(f"the desk's kept drafters: {changed} cleaned or removed")


def _learned(found: list[Found], journal: Journal) -> list[Found]:
    return [one for one in found if journal.versions.get(one.number) == ADAPTER]


def _sources(journal: Journal, tables: list[Table], where: Where, say: Say) -> None:
    person, paths = journal.person, where.paths
    for table in tables:
        gone = forget_rows(table, person, paths.root)
        if gone:
            say(f"{shown(table.path, paths.root)}: {plural(gone, 'row')} removed")
        if note := track(table.path, paths.root):
            say(f"{shown(note, paths.root)} is up to date: commit it where it changed")
    if gone := unpin(paths.regressions, person):
        say(f"{shown(paths.regressions, paths.root)}: {plural(gone, 'pinned ticket')} removed")
    if gone := forget_answers(paths, person, journal.answers):
        say(f"kept answers of hosted models: {gone} removed")


def _cache(journal: Journal, where: Where, say: Say) -> None:
    cache = Cache.of(where.paths)
    if cache is None:
        return
    files = list(cache.objects().values())
    holding = search(files, journal.person.needles).hits
    journal.cached |= tainted(cache, holding, where.paths)
    journal.write()
    gone = journal.cached - dvc_cache.needed(where.paths, cache)
    objects, runs = dvc_cache.remove(cache, gone)
    say(f"DVC's cache: {plural(objects, 'object')} and {plural(runs, 'record')} of runs deleted")


def _left(journal: Journal, where: Where, tables: list[Table], say: Say) -> None:
    """Reports that no stage writes, and MLflow's artifacts, that quote them."""
    root, needles = where.paths.root, journal.person.needles
    versions = find_versions(where.tracking_uri, where.model, where.paths, journal.person)
    registered = {Path(one.folder) for one in versions if one.folder}
    artifacts = [folder.resolve() for folder in artifact_folders(where)]
    written = _outs(where.paths.root)
    for path in search(to_search(where, tables, None), needles).hits:
        if (packed := _packed(path)) is not None:
            # a version's digest is of all its files: what is left there the proof names
            if packed not in registered and packed.is_dir():
                shutil.rmtree(packed)
                say(f"{shown(packed, root)} is deleted: it is of no registered version")
            continue
        if any(path.resolve().is_relative_to(folder) for folder in artifacts):
            redact(path, needles, journal.day)
            say(f"{shown(path, root)}: what it quoted is gone")
        elif path.is_relative_to(root / "reports") and not _made(path, written):
            path.unlink()
            say(f"{shown(path, root)} is deleted: whoever wrote it writes it again")


def _packed(path: Path) -> Path | None:
    """The packed drafter that a file is of, in MLflow's artifacts."""
    return next((one for one in path.parents if one.as_posix().endswith(DRAFTER_ARTIFACT)), None)


def _outs(root: Path) -> list[Path]:
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo(str(root)) as repo:
            return [Path(out.fs_path) for stage in repo.index.stages for out in stage.outs]
    except DvcException:
        return []


def _made(path: Path, outs: list[Path]) -> bool:
    return any(path.is_relative_to(out) for out in outs)
